// How the queue's statements name their tables. The worker's connections belong to no database and
// use qualified names; a caller's own transaction is in the tenant's database and uses plain ones.
#pragma once

#include <string>

namespace bgerp::queue {

class QueueSchema {
public:
    /// The database that the connection is in.
    [[nodiscard]] static QueueSchema current() { return QueueSchema(""); }

    /// A tenant's database by name. The name must come from the directory, never from input: it is
    /// put into statements.
    [[nodiscard]] static QueueSchema of(const std::string& database) {
        return QueueSchema("`" + database + "`.");
    }

    /// `table` as a statement names it.
    [[nodiscard]] std::string operator()(const char* table) const { return prefix_ + table; }

private:
    explicit QueueSchema(std::string prefix)
        : prefix_(std::move(prefix)) {}

    std::string prefix_;
};

} // namespace bgerp::queue

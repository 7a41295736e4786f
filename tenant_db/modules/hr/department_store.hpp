// Departments by name, made on the fly when an import meets a new one. Ids are remembered for the
// life of the object, but only once the transaction that made them has committed: a step that is
// rolled back must not leave ids behind that don't exist. Not thread-safe; blocking.
#pragma once

#include "base/mysql/transaction.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace bgerp::hr {

class DepartmentStore {
public:
    /// Forgets what the last, unfinished step looked up or made.
    void begin_step() { uncommitted_.clear(); }

    /// The id of the department called `name`, created when there is none. Names that the
    /// database's collation holds for equal ("Sales", "sales") are one department.
    [[nodiscard]] std::uint64_t id_of(mysql::Transaction& transaction, const std::string& name);

    /// The step committed: what it found stays known.
    void commit_step() { known_.merge(uncommitted_); }

private:
    std::map<std::string, std::uint64_t> known_;
    std::map<std::string, std::uint64_t> uncommitted_;
};

} // namespace bgerp::hr

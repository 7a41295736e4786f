// The ids of some rows of one queue and priority, as a statement's condition names them. Ids
// without gaps are named as ranges of the clustered key, which costs client and server a third of
// as many single values; what is scattered becomes an IN list. The texts are few, so that they stay
// prepared. Used by the statements that mark, lock and delete reserved rows. Pure code.
#pragma once

#include "base/mysql/param.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bgerp::queue {

class IdCondition {
public:
    /// `ids` in ascending order, 1 to in_list_max of them. Borrowed: they outlive this object.
    explicit IdCondition(const std::vector<std::uint64_t>& ids);

    /// "(id BETWEEN ? AND ? OR id = ? …)" or "id IN (?, …)".
    [[nodiscard]] std::string text() const;

    /// Appends the text's values.
    void bind(mysql::Params& params) const;

private:
    struct Run {
        std::uint64_t first;
        std::uint64_t last;
    };

    const std::vector<std::uint64_t>& ids_;
    std::vector<Run> runs_; // empty: as a list
};

} // namespace bgerp::queue

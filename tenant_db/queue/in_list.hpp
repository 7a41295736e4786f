// The variable parts of statements: IN lists and multi-row VALUES. Their lengths are drawn from a
// few fixed ones, so that a handful of texts stays prepared instead of one for each length. Used by
// the queue's implementation alone. Pure functions.
#pragma once

#include "base/mysql/param.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bgerp::queue {

/// The longest list; more are taken in several statements. MariaDB turns lists of more than 1,000
/// (in_predicate_conversion_threshold) into a subquery.
inline constexpr std::size_t in_list_max = 1000;

/// " (?, ?, …)" for `count` values, padded to 1, 10, 100, 500 or 1000.
[[nodiscard]] std::string in_list(std::size_t count);

/// The length that `count` is padded to.
[[nodiscard]] std::size_t padded(std::size_t count);

/// Appends `values` to `params`, then the last one again until the list is full: the same value
/// twice in an IN list selects the same row once.
template <class Value>
void add_padded(mysql::Params& params, const std::vector<Value>& values) {
    params.insert(params.end(), values.begin(), values.end());
    params.insert(params.end(), padded(values.size()) - values.size(), mysql::Param(values.back()));
}

/// `tuple` `count` times, separated by commas: "(?, ?), (?, ?)".
[[nodiscard]] std::string repeated(const std::string& tuple, std::size_t count);

/// How many of `left` rows the next multi-row statement takes: 1000, 500, 100, 10 or 1.
[[nodiscard]] std::size_t rows_per_statement(std::size_t left);

/// The same where a row may stand in a statement twice: then the last one is repeated (see filled)
/// instead of leaving a few rows to statements of their own, unless that would double the work.
[[nodiscard]] std::size_t rows_with_filling(std::size_t left);

/// The index of the `i`-th row of a filled statement over `size` rows.
[[nodiscard]] inline std::size_t filled(std::size_t i, std::size_t size) {
    return std::min(i, size - 1);
}

/// Calls `fn` with consecutive slices of at most `max` values.
template <class Value, class Fn>
void in_slices(const std::vector<Value>& values, Fn fn, std::size_t max = in_list_max) {
    for (std::size_t from = 0; from < values.size(); from += max) {
        const std::size_t to = std::min(values.size(), from + max);
        fn(std::vector<Value>(
            values.begin() + static_cast<std::ptrdiff_t>(from),
            values.begin() + static_cast<std::ptrdiff_t>(to)
        ));
    }
}

/// The longest list in which each value stands for many rows: of more than 200
/// (eq_range_index_dive_limit) MySQL doesn't look how many, but trusts statistics that may be old.
inline constexpr std::size_t prefix_list_max = 100;

/// in_slices for such lists.
template <class Value, class Fn>
void in_prefix_slices(const std::vector<Value>& values, Fn fn) {
    in_slices(values, std::move(fn), prefix_list_max);
}

} // namespace bgerp::queue

// Identifiers: the tenant's code, UUIDs and random tokens. Value types, thread-safe.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp {

/// A tenant's code, `^[a-z][a-z0-9_]{1,40}$` (docs/contracts.md). An OrgCode that exists is
/// valid, which is why its text may stand in a database name.
class OrgCode {
public:
    /// invalid_argument with the rule in words.
    [[nodiscard]] static Result<OrgCode> parse(std::string_view text);

    [[nodiscard]] const std::string& str() const { return text_; }

    auto operator<=>(const OrgCode&) const = default; // NOLINT(modernize-use-nullptr): not one

private:
    explicit OrgCode(std::string text)
        : text_(std::move(text)) {}

    std::string text_;
};

/// A new UUID, version 7 (RFC 9562): time-ordered, so that rows keyed by it are appended. Within a
/// process each is greater than all before it.
[[nodiscard]] std::string new_uuid();

/// True for 8-4-4-4-12 hexadecimal digits, any case, any version.
[[nodiscard]] bool is_uuid(std::string_view text);

/// When a UUID of version 7 was made, to the millisecond, by the clock of whoever made it; nothing
/// for any other text.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> uuid_time(std::string_view text);

/// `bytes` random bytes from the operating system as lower-case hexadecimal digits.
[[nodiscard]] std::string random_hex(std::size_t bytes);

} // namespace bgerp

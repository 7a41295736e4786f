#include "tenant_db/queue/envelope_scan.hpp"

#include <algorithm>
#include <charconv>

namespace bgerp::queue {

namespace {

constexpr std::size_t digits_max = 18; // always within 64 bits

bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class Scanner {
public:
    explicit Scanner(std::string_view text)
        : rest_(text) {}

    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) {
            return false;
        }
        rest_.remove_prefix(expected.size());
        return true;
    }

    /// A quoted text without escapes, in ASCII.
    std::optional<std::string_view> text() {
        if (!take("\"")) {
            return std::nullopt;
        }
        const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), is_plain);
        if (end == rest_.end() || *end != '"') {
            return std::nullopt;
        }
        const auto length = static_cast<std::size_t>(end - rest_.begin());
        const std::string_view found = rest_.substr(0, length);
        rest_.remove_prefix(length + 1);
        return found;
    }

    bool text_into(std::string& target) {
        const auto found = text();
        if (found) {
            target = *found;
        }
        return found.has_value();
    }

    /// A whole number, or null.
    bool number_into(std::optional<std::int64_t>& target) {
        target = std::nullopt;
        if (take("null")) {
            return true;
        }
        const auto* const end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
        const auto length = static_cast<std::size_t>(end - rest_.begin());
        const bool led_by_zero = length > 1 && rest_.front() == '0'; // not JSON
        if (length == 0 || length > digits_max || led_by_zero) {
            return false;
        }
        std::int64_t number = 0;
        std::from_chars(rest_.data(), rest_.data() + length, number);
        target = number;
        rest_.remove_prefix(length);
        return true;
    }

    /// The arguments, which are the last member wherever they aren't empty.
    bool args_into(Json& target) {
        target = Json::object();
        if (take("{}") || take("[]")) { // PHP writes an empty array for an empty object
            return true;
        }
        if (!rest_.ends_with('}')) {
            return false;
        }
        auto parsed = parse_json(rest_.substr(0, rest_.size() - 1), json_depth_max - 1);
        if (!parsed || parsed->is_null() || (parsed->is_array() && parsed->empty())) {
            return false;
        }
        target = std::move(*parsed);
        rest_ = rest_.substr(rest_.size() - 1);
        return true;
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

bool scan_member(Scanner& scanner, std::string_view key, Envelope& envelope) {
    if (key == "uuid") {
        return scanner.text_into(envelope.uuid);
    }
    if (key == "displayName") {
        return scanner.text_into(envelope.display_name);
    }
    if (key == "job") {
        return scanner.text_into(envelope.kind);
    }
    if (key == "data") {
        return scanner.args_into(envelope.args);
    }
    if (key == "batchId") {
        return scanner.text_into(envelope.batch_id);
    }
    if (key == "limitKey") {
        return scanner.text_into(envelope.limit_key);
    }
    if (key == "maxTries") {
        return scanner.number_into(envelope.max_tries);
    }
    if (key == "maxExceptions") {
        return scanner.number_into(envelope.max_exceptions);
    }
    if (key == "timeout") {
        return scanner.number_into(envelope.timeout_s);
    }
    if (key == "retryUntil") {
        return scanner.number_into(envelope.retry_until);
    }
    return false;
}

} // namespace

std::optional<Envelope> scan_envelope(std::string_view payload) {
    Scanner scanner(payload);
    Envelope envelope;
    const char* before = "{";
    do {
        if (!scanner.take(before)) {
            return std::nullopt;
        }
        const auto key = scanner.text();
        if (!key || !scanner.take(":") || !scan_member(scanner, *key, envelope)) {
            return std::nullopt;
        }
        before = ",";
    } while (!scanner.take("}"));
    if (!scanner.at_end() || envelope.kind.empty()) {
        return std::nullopt;
    }
    return envelope;
}

} // namespace bgerp::queue

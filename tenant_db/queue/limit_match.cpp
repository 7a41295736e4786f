#include "tenant_db/queue/limit_match.hpp"

#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

namespace {

// limit_key.key_text
constexpr std::size_t key_characters_max = 255;

// Walks over an object's members without building anything. It trusts nothing: whatever it doesn't
// understand ends the walk, and the caller has the text parsed.
class MemberScan {
public:
    explicit MemberScan(std::string_view text)
        : text_(text) {}

    /// The next member's key and its value's text, quotes included; false at the end of the object
    /// or of what can be understood: see whole().
    bool next(std::string_view& key, std::string_view& value) {
        skip_space();
        const char opening = at_ == 0 ? '{' : ',';
        if (!take(opening)) {
            whole_ = at_ > 0 && take('}');
            return false;
        }
        skip_space();
        if (!string(key)) {
            return false;
        }
        skip_space();
        if (!take(':')) {
            return false;
        }
        skip_space();
        const std::size_t from = at_;
        if (!skip_value()) {
            return false;
        }
        value = text_.substr(from, at_ - from);
        return true;
    }

    [[nodiscard]] bool whole() const { return whole_; }

private:
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    bool take(char wanted) {
        if (at_ < text_.size() && text_[at_] == wanted) {
            ++at_;
            return true;
        }
        return false;
    }

    // With its quotes, escapes passed over.
    bool string(std::string_view& value) {
        const std::size_t from = at_;
        if (!take('"')) {
            return false;
        }
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        if (!take('"')) {
            return false;
        }
        value = text_.substr(from, at_ - from);
        return true;
    }

    bool skip_value() {
        std::size_t depth = 0;
        std::string_view ignored;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                if (!string(ignored)) {
                    return false;
                }
                continue;
            }
            if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
                return true;
            }
            if (c == '{' || c == '[') {
                ++depth;
            } else if (c == '}' || c == ']') {
                --depth;
            }
            ++at_;
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool whole_ = false;
};

// A string without escapes; nothing for anything else.
std::optional<std::string_view> plain(std::string_view value) {
    if (value.size() < 2 || value.front() != '"' || value.find('\\') != std::string_view::npos) {
        return std::nullopt;
    }
    return value.substr(1, value.find('"', 1) - 1);
}

std::optional<JobHead> parsed_head(std::string_view payload) {
    const Result<Envelope> envelope = parse_envelope(payload);
    if (!envelope) {
        return std::nullopt;
    }
    return JobHead{envelope->kind, envelope->limit_key};
}

std::string cut(std::string text) {
    // Bytes, not characters: a key longer than the column is told by its beginning and its hash.
    if (text.size() > key_characters_max) {
        std::size_t end = key_characters_max;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text.resize(end);
    }
    return text;
}

// The value that a limit's pointer finds in the arguments, as text.
std::optional<std::string> value_at(const Json& args, const std::string& pointer) {
    try {
        const Json& value = args.at(Json::json_pointer(pointer));
        if (value.is_null()) {
            return std::nullopt;
        }
        return value.is_string() ? value.get<std::string>() : to_text(value);
    } catch (const Json::exception&) { // not there
        return std::nullopt;
    }
}

// The job as the limits ask for it, each part read when first needed.
class JobView {
public:
    explicit JobView(std::string_view payload)
        : payload_(payload)
        , head_(read_head(payload)) {}

    [[nodiscard]] const std::optional<JobHead>& head() const { return head_; }

    std::optional<std::string> key_by(const std::string& by) {
        if (by.empty()) {
            return std::string();
        }
        if (by == by_limit_key) {
            return head_->limit_key.empty() ? std::nullopt : std::optional(head_->limit_key);
        }
        if (!args_) {
            Result<Envelope> envelope = parse_envelope(payload_);
            args_ = envelope ? std::move(envelope->args) : Json();
        }
        return value_at(*args_, by);
    }

private:
    std::string_view payload_;
    std::optional<JobHead> head_;
    std::optional<Json> args_;
};

} // namespace

std::optional<JobHead> read_head(std::string_view payload) {
    JobHead head;
    MemberScan scan(payload);
    std::string_view key;
    std::string_view value;
    while (scan.next(key, value)) {
        const bool is_kind = key == "\"job\"";
        if (is_kind || key == "\"limitKey\"") {
            const auto text = plain(value);
            if (!text) {
                return parsed_head(payload);
            }
            (is_kind ? head.kind : head.limit_key) = *text;
        } else if (key.find('\\') != std::string_view::npos) {
            return parsed_head(payload);
        }
    }
    return scan.whole() && !head.kind.empty() ? std::optional(std::move(head))
                                              : parsed_head(payload);
}

// FNV-1a, then MurmurHash3's finalizer so that neighbours lie apart. Two keys of one organization
// that meet in 64 bits would share their limit, nothing worse.
std::uint64_t key_hash(std::string_view limit_name, std::string_view key) {
    constexpr std::uint64_t prime = 1099511628211ULL;
    std::uint64_t hash = 14695981039346656037ULL;
    const auto add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * prime; };
    for (const char c : limit_name) {
        add(c);
    }
    add('\0');
    for (const char c : key) {
        add(c);
    }
    hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdULL;
    hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
    return hash ^ (hash >> 33U);
}

std::vector<LimitKey> keys_of_job(
    const std::vector<std::shared_ptr<const Limit>>& limits,
    std::string_view queue,
    std::string_view payload
) {
    std::vector<LimitKey> keys;
    JobView job(payload);
    if (!job.head()) {
        return keys;
    }
    for (const std::shared_ptr<const Limit>& candidate : limits) {
        const Limit& limit = *candidate;
        const bool matches = (limit.kind.empty() || limit.kind == job.head()->kind) &&
                             (limit.queue.empty() || limit.queue == queue);
        if (!matches) {
            continue;
        }
        if (auto key = job.key_by(limit.by)) {
            const std::uint64_t hash = key_hash(limit.name, *key);
            keys.push_back({hash, candidate, cut(std::move(*key))});
        }
    }
    return keys;
}

} // namespace bgerp::queue

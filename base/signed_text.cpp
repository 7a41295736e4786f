#include "base/signed_text.hpp"

#include "base/crypto.hpp"

namespace bgerp {

namespace {

constexpr std::size_t signature_size = 64; // hexadecimal SHA-256

std::string signature_of(std::string_view text, std::string_view scope, std::string_view key) {
    return hmac_sha256_hex(key, std::string(scope) + "\n" + std::string(text));
}

std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdef") != hex.npos) {
        return std::nullopt;
    }
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
    return bytes;
}

} // namespace

std::string sign_text(std::string_view text, std::string_view scope, std::string_view key) {
    return signature_of(text, scope, key) +
           to_hex(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

std::optional<std::string>
open_signed_text(std::string_view sealed, std::string_view scope, std::string_view key) {
    if (sealed.size() < signature_size) {
        return std::nullopt;
    }
    auto text = from_hex(sealed.substr(signature_size));
    const bool ours =
        text &&
        equal_constant_time(sealed.substr(0, signature_size), signature_of(*text, scope, key));
    return ours ? std::move(text) : std::nullopt;
}

} // namespace bgerp

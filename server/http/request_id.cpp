#include "server/http/request_id.hpp"

#include "base/ids.hpp"

#include <algorithm>

namespace bgerp::http {

namespace {

constexpr std::size_t id_size_min = 8;
constexpr std::size_t id_size_max = 64;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

} // namespace

std::string request_id_from(std::string_view offered) {
    const bool sane = offered.size() >= id_size_min && offered.size() <= id_size_max &&
                      std::all_of(offered.begin(), offered.end(), is_plain);
    return sane ? std::string(offered) : new_uuid();
}

} // namespace bgerp::http

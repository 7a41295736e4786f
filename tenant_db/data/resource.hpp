// The tables that can be read as resources. A name that isn't in this list is no resource, whatever
// the database holds: tables of the queue, of files and of keys are nobody's business. Constants.
#pragma once

#include <span>
#include <string_view>

namespace bgerp::data {

struct Resource {
    std::string_view name;   // in the URL, and the table's
    std::string_view module; // whose table it is
};

[[nodiscard]] std::span<const Resource> all_resources();

/// The resource of that name, or null.
[[nodiscard]] const Resource* find_resource(std::string_view name);

} // namespace bgerp::data

#include "base/kind_limits.hpp"

#include <charconv>

namespace bgerp {

Result<KindLimits> kind_limits(const std::vector<std::string>& texts) {
    constexpr std::int64_t concurrency_max = 1024; // as worker.concurrency
    KindLimits limits;
    for (const std::string& text : texts) {
        const std::size_t colon = text.rfind(':');
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const bool parsed = colon != std::string::npos && colon > 0 &&
                            std::from_chars(text.data() + colon + 1, end, number).ptr == end;
        if (!parsed || number < 1 || number > concurrency_max) {
            return fail(
                ErrorCode::invalid_argument,
                "must be kinds with numbers from 1 to " + std::to_string(concurrency_max) +
                    ", such as report.build:1, is '" + text + "'",
                "worker.kind_concurrency"
            );
        }
        limits[text.substr(0, colon)] = number;
    }
    return limits;
}

} // namespace bgerp

#include "worker/memory.hpp"

#include <fstream>
#include <unistd.h>

namespace bgerp::worker {

std::int64_t resident_mib() {
    constexpr std::int64_t mib = std::int64_t{1024} * 1024;
    std::ifstream statm("/proc/self/statm"); // proc(5): size, resident, … in pages
    std::int64_t size = 0;
    std::int64_t resident = 0;
    if (!(statm >> size >> resident)) {
        return 0;
    }
    return resident * ::sysconf(_SC_PAGESIZE) / mib;
}

} // namespace bgerp::worker

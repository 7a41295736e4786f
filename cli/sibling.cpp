#include "cli/sibling.hpp"

#include <filesystem>

namespace bgerp::cli {

namespace fs = std::filesystem;

Result<std::string> find_sibling(const std::string& folder, const std::string& program) {
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const fs::path& path : {own.parent_path() / folder / program, own / program}) {
        if (fs::is_regular_file(path, error)) {
            return path.string();
        }
    }
    return fail(ErrorCode::not_found, program + " is not installed beside this program");
}

std::vector<std::string> config_arguments(const Config& config) {
    if (config.file.empty()) {
        return {};
    }
    return {"--config", fs::absolute(config.file).string()};
}

} // namespace bgerp::cli

#include "cli/secret.hpp"

#include <fstream>
#include <iostream>

namespace bgerp::cli {

Result<std::string> read_secret(const std::string& file, const std::string& field) {
    std::string secret;
    if (file == "-") {
        std::getline(std::cin, secret);
    } else {
        std::ifstream stream(file);
        std::getline(stream, secret);
    }
    if (secret.empty()) {
        return fail(ErrorCode::invalid_argument, "nothing can be read from '" + file + "'", field);
    }
    return secret;
}

} // namespace bgerp::cli

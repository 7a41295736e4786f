// bgerp, the operators' command line.

#include "cli/program.hpp"

#include <iostream>

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    return bgerp::cli::run(arguments, bgerp::process_environment(), std::cout, std::cerr);
}

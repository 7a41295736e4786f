#include "cli/progress_bar.hpp"

#include "cli/output.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace bgerp::cli {

ProgressBar::ProgressBar()
    : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    hide();
}

void ProgressBar::show(int percent, const std::string& text) {
    if (!terminal_) {
        return;
    }
    constexpr int width = 30;
    const int done = std::clamp(percent, 0, 100) * width / 100;
    const std::string line = "[" + std::string(static_cast<std::size_t>(done), '#') +
                             std::string(static_cast<std::size_t>(width - done), '.') + "] " +
                             std::to_string(percent) + "% " + printable(text);
    if (line != drawn_) {
        std::cerr << "\r\033[K" << line << std::flush;
        drawn_ = line;
    }
}

void ProgressBar::hide() {
    if (!drawn_.empty()) {
        std::cerr << "\r\033[K" << std::flush;
        drawn_.clear();
    }
}

} // namespace bgerp::cli

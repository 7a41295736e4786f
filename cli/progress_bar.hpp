// How far something is, drawn over and over on one line of the terminal. Draws nothing when stderr
// is no terminal, so that logs and scripts see results alone. Not thread-safe.
#pragma once

#include <string>

namespace bgerp::cli {

class ProgressBar {
public:
    ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    /// Wipes the line.
    ~ProgressBar();

    /// `percent` from 0 to 100; `text` is what a person wants to know beside it.
    void show(int percent, const std::string& text);

    /// Wipes the line for something else to be written; the next show() draws it again.
    void hide();

private:
    const bool terminal_;
    std::string drawn_;
};

} // namespace bgerp::cli

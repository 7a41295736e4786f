#include "cli/output.hpp"

#include <algorithm>
#include <ostream>

namespace bgerp::cli {

namespace {

constexpr unsigned char first_printable = 0x20;
constexpr unsigned char delete_character = 0x7F;

/// Characters as UTF-8 counts them: bytes that don't continue one.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, width_of(text)), ' ');
}

} // namespace

std::string printable(const std::string& text) {
    std::string clean = text;
    for (char& c : clean) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < first_printable && c != '\n' && c != '\t') || byte == delete_character) {
            c = '?';
        }
    }
    return clean;
}

Output::Output(std::ostream& out, std::ostream& remarks, bool json)
    : out_(out)
    , remarks_(remarks)
    , json_(json) {}

void Output::result(const Json& document, const std::string& text) {
    if (json_) {
        out_ << to_text(document, 2) << std::endl;
    } else {
        out_ << printable(text) << std::endl;
    }
}

void Output::result(const Json& document, const Table& table) {
    if (json_) {
        out_ << to_text(document, 2) << std::endl;
        return;
    }
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < table.headings.size(); ++column) {
        std::size_t widest = width_of(table.headings[column]);
        for (const auto& row : table.rows) {
            widest = std::max(widest, width_of(row[column]));
        }
        widths.push_back(widest);
    }
    const auto print = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (std::size_t column = 0; column < cells.size(); ++column) {
            std::string cell = printable(cells[column]);
            std::replace(cell.begin(), cell.end(), '\n', ' ');
            const bool last = column + 1 == cells.size();
            text += last ? cell : padded(cell, widths[column]) + "  ";
        }
        out_ << text << "\n";
    };
    print(table.headings);
    for (const auto& row : table.rows) {
        print(row);
    }
    out_.flush();
}

void Output::remark(const std::string& text) {
    remarks_ << printable(text) << std::endl;
}

void Output::line(const std::string& text) {
    if (!json_) {
        out_ << printable(text) << std::endl;
    }
}

void Output::error(const Error& error) {
    if (json_) {
        Json details{{"code", error_code_name(error.code)}, {"message", error.message}};
        if (!error.field.empty()) {
            details["field"] = error.field;
        }
        out_ << to_text(Json{{"error", std::move(details)}}, 2) << std::endl;
    }
    remarks_ << "bgerp: " << printable(error.message) << std::endl;
    if (!error.detail.empty()) { // the operator's terminal is the log here
        remarks_ << "  (" << printable(error.detail) << ")" << std::endl;
    }
}

} // namespace bgerp::cli

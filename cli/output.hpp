// What a command says. People get text: results on stdout, remarks on stderr. With --json programs
// get exactly one JSON document on stdout, an error included, and the remarks stay on stderr. Not
// thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace bgerp::cli {

/// A table for people: a heading per column, then rows with as many cells.
struct Table {
    std::vector<std::string> headings;
    std::vector<std::vector<std::string>> rows;
};

class Output {
public:
    Output(std::ostream& out, std::ostream& remarks, bool json);

    [[nodiscard]] bool json() const { return json_; }

    /// The command's result: the document with --json, otherwise the text and a line break.
    void result(const Json& document, const std::string& text);

    /// The same with a table; nothing but the headings when it has no rows.
    void result(const Json& document, const Table& table);

    /// For people only, on stderr: progress, what will take a while.
    void remark(const std::string& text);

    /// A line on stdout for people only: more than one may be needed before the result.
    void line(const std::string& text);

    /// The error as a document with --json, and always as text on stderr.
    void error(const Error& error);

private:
    std::ostream& out_;
    std::ostream& remarks_;
    const bool json_;
};

/// `text` with control characters made visible as `?`: names come from many hands, and a terminal
/// obeys what it is sent.
[[nodiscard]] std::string printable(const std::string& text);

} // namespace bgerp::cli

#include "base/csv_writer.hpp"

namespace bgerp {

void append_csv_field(std::string& out, std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"') {
            out += '"';
        }
        out += c;
    }
    out += '"';
}

namespace {

template <class Text>
void append_record(std::string& out, std::span<const Text> fields) {
    if (fields.size() == 1 && fields.front().empty()) {
        out += "\"\"\n";
        return;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) {
            out += ',';
        }
        append_csv_field(out, fields[i]);
    }
    out += '\n';
}

} // namespace

void append_csv_record(std::string& out, std::span<const std::string_view> fields) {
    append_record(out, fields);
}

void append_csv_record(std::string& out, std::span<const std::string> fields) {
    append_record(out, fields);
}

} // namespace bgerp

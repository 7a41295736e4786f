// Appends CSV (RFC 4180, line feeds) to text: reports, exports and errors files are made with it,
// in the format that CsvReader reads. It escapes and nothing else: the caller decides when the text
// goes to a file. Pure functions, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bgerp {

/// Appends one field, quoted only where RFC 4180 needs it. Text that a spreadsheet would take for
/// a formula is written as it is: what is exported must come back unchanged when imported, and
/// only the spreadsheet that opens a file can decide what it executes.
void append_csv_field(std::string& out, std::string_view field);

/// Appends one record and a line feed. A record of one empty field is written as `""`, or it would
/// be a blank line, which readers skip.
void append_csv_record(std::string& out, std::span<const std::string_view> fields);
void append_csv_record(std::string& out, std::span<const std::string> fields);

} // namespace bgerp

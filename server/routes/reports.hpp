// Reports: which there are, have one made, fetch what was made. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array report_fields{
    Field{"parameters", FieldType::object},
    Field{"format", FieldType::text, false, 3, 4},
    Field{"queue", FieldType::text, false, 1, 255},
};

inline constexpr std::array report_query{
    QueryParam{"limit", "1 to 200; 50"},
};

/// GET /reports: those of the organization's modules.
[[nodiscard]] Result<http::Response> list_reports(Call& call);

/// POST /reports/{name} → 202 {"job","file"} with Location of the job.
[[nodiscard]] Result<http::Response> build_report(Call& call);

/// GET /reports/files
[[nodiscard]] Result<http::Response> list_report_files(Call& call);

/// GET /reports/files/{id}: the file itself.
[[nodiscard]] Result<http::Response> download_report(Call& call);

} // namespace bgerp::server

// The quick way to read an envelope as this platform writes it: one pass over the text, no document
// in between. A worker reads one for each job, and a document takes longer than an empty job's
// whole other work. What isn't exactly of that form (other members, escapes, spaces) is left to
// parse_envelope's careful way, which gives the same answer for what both can read. Pure code.
#pragma once

#include "tenant_db/queue/payload.hpp"

#include <optional>
#include <string_view>

namespace bgerp::queue {

/// Nothing when the text isn't of the plain form: that says nothing about whether it is valid.
[[nodiscard]] std::optional<Envelope> scan_envelope(std::string_view payload);

} // namespace bgerp::queue

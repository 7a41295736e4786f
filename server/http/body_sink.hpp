// Where a streamed request body goes, piece by piece, without ever being whole in memory. Written
// by the session from a blocking thread, one piece at a time.
#pragma once

#include "base/error.hpp"

#include <string_view>

namespace bgerp::http {

class BodySink {
public:
    BodySink() = default;
    BodySink(const BodySink&) = delete;
    BodySink& operator=(const BodySink&) = delete;
    virtual ~BodySink() = default;

    /// Appends a piece. too_large beyond the sink's limit, storage_full when the disk is; either
    /// ends the request. Blocking.
    [[nodiscard]] virtual Result<void> write(std::string_view piece) = 0;
};

} // namespace bgerp::http

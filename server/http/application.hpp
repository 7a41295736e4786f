// What the HTTP core serves: it reads, limits and answers, the application decides. Implemented by
// middleware/, and by tests. plan() runs on a network thread and must not block; admit() and
// handle() run on a blocking thread unless the plan says otherwise. One request is in one thread's
// hands at a time; several requests are under way at once. None of the functions may throw.
#pragma once

#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bgerp::http {

struct Plan {
    enum class Run {
        refuse,            // answer `refusal` at once
        on_network_thread, // handle() doesn't block
        blocking,
    };
    enum class Body {
        memory, // into Request::body, at most `body_bytes_max`
        stream, // admit() first, then piece by piece into Request::sink
    };

    Run run = Run::refuse;
    Body body = Body::memory;
    std::size_t body_bytes_max = 0;
    Response refusal;
};

class Application {
public:
    Application() = default;
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    virtual ~Application() = default;

    /// What to do with a request of which the head alone is known.
    [[nodiscard]] virtual Plan plan(Request& request) noexcept = 0;

    /// Before a streamed body is read: sets Request::sink and returns true, or fills `refusal`.
    [[nodiscard]] virtual bool admit(Request& request, Response& refusal) noexcept = 0;

    /// The answer; one with `again_after` set is not sent unless the client's patience or the
    /// server ends, and the same request is handled again.
    [[nodiscard]] virtual Response handle(Request& request) noexcept = 0;

    /// After the answer was sent, or couldn't be. For the access log and the counters.
    virtual void finished(const Request& request, const Response& response, bool sent) noexcept = 0;
};

} // namespace bgerp::http

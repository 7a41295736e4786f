// A request as middleware and routes see it: no Asio, no Beast, so that they compile fast. Made by
// the session once the head is read; the body follows as text in memory or into a sink. Owned by
// one session, used by one thread at a time.
#pragma once

#include "base/deadline.hpp"
#include "server/http/body_sink.hpp"
#include "server/http/headers.hpp"
#include "server/http/method.hpp"
#include "server/http/target.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::http {

/// What the application keeps with a request between its steps.
struct RequestState {
    RequestState() = default;
    RequestState(const RequestState&) = delete;
    RequestState& operator=(const RequestState&) = delete;
    virtual ~RequestState() = default;
};

struct Request {
    Method method = Method::get;
    Target target;
    Headers headers;
    std::string body;               // when the plan wanted it in memory
    std::unique_ptr<BodySink> sink; // set by the application when the body is streamed
    std::string request_id;
    std::string peer;                              // the client's address without the port
    Deadline deadline = Deadline::after({});       // for everything done on its behalf
    std::chrono::steady_clock::time_point began{}; // when the head was complete

    std::size_t endpoint = 0;             // the application's index of it
    std::vector<std::string> path_params; // in the order of the pattern's braces
    std::unique_ptr<RequestState> state;
};

} // namespace bgerp::http

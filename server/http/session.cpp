#include "server/http/session.hpp"

#include "base/log.hpp"
#include "server/http/request_id.hpp"
#include "server/http/response_head.hpp"
#include "server/http/run_blocking.hpp"

#include <ctime>

namespace bgerp::http {

namespace {

const Problem busy{503, "overloaded", "the server is busy; try again", {}};

} // namespace

asio::awaitable<void> Session::run() {
    try {
        co_await serve_all();
    } catch (const std::exception& error) { // a bug or no memory: this client's connection ends
        log_error("session ended by an exception", {{"error", error.what()}});
    }
    wire_.close();
}

void Session::drain() {
    if (!busy_) {
        wire_.close();
    }
}

asio::awaitable<void> Session::serve_all() {
    bool more = co_await wire_.handshake();
    while (more && !shared_.draining) {
        Request request;
        Problem problem;
        busy_ = false;
        const Wire::Read read = co_await wire_.read_head(request, problem);
        if (read == Wire::Read::end) {
            co_return;
        }
        busy_ = true;
        if (read == Wire::Read::refused) {
            request.request_id =
                request.request_id.empty() ? request_id_from({}) : request.request_id;
            const Response response = problem_response(problem, request.request_id);
            const bool sent = co_await send(request, response, false);
            shared_.application.finished(request, response, sent);
            unread_ = true;
            more = false;
        } else {
            more = co_await serve(request);
        }
    }
    if (unread_ && !broken_) {
        co_await wire_.linger();
    } else if (!broken_) {
        co_await wire_.say_goodbye();
    }
}

// One request from its head to the last byte of the answer; true when another may follow.
asio::awaitable<bool> Session::serve(Request& request) {
    Plan plan = shared_.application.plan(request);
    Response response;
    if (plan.run == Plan::Run::refuse) {
        response = std::move(plan.refusal);
    } else {
        response = co_await respond(request, plan);
    }
    bool sent = false;
    bool again = false;
    if (!broken_) {
        unread_ = !wire_.discard_body();
        again = !unread_ && wire_.keep_alive() && !shared_.draining;
        sent = co_await send(request, response, again);
    }
    shared_.application.finished(request, response, sent);
    co_return sent&& again;
}

asio::awaitable<Response> Session::respond(Request& request, Plan& plan) {
    if (plan.body == Plan::Body::stream) {
        co_return co_await respond_streamed(request);
    }
    Problem problem;
    const auto announced = wire_.body_size();
    if (!announced || *announced <= plan.body_bytes_max) {
        co_await wire_.send_continue();
    }
    const Wire::Read read = co_await wire_.read_body(request.body, plan.body_bytes_max, problem);
    broken_ = read == Wire::Read::end;
    if (read != Wire::Read::ok) {
        co_return problem_response(problem, request.request_id);
    }
    if (plan.run == Plan::Run::on_network_thread) {
        co_return shared_.application.handle(request);
    }
    co_return co_await handle_blocking(request);
}

asio::awaitable<Response> Session::handle_blocking(Request& request) {
    for (;;) {
        Response response;
        const bool done = co_await run_blocking(shared_.blocking, [&] {
            response = shared_.application.handle(request);
        });
        if (!done) {
            co_return problem_response(busy, request.request_id);
        }
        if (!response.again_after || shared_.draining) {
            co_return response;
        }
        co_await wire_.pause(*response.again_after);
        if (wire_.client_gone()) { // what would be taken for it now would be lost on it
            broken_ = true;
            co_return response;
        }
    }
}

asio::awaitable<Response> Session::respond_streamed(Request& request) {
    Response refusal;
    bool admitted = false;
    const bool asked = co_await run_blocking(shared_.blocking, [&] {
        admitted = shared_.application.admit(request, refusal);
    });
    if (!asked) {
        co_return problem_response(busy, request.request_id);
    }
    if (!admitted) {
        co_return refusal;
    }
    Problem problem;
    co_await wire_.send_continue();
    const Wire::Read read = co_await receive_stream(request, problem);
    broken_ = read == Wire::Read::end;
    if (read != Wire::Read::ok) {
        co_return problem_response(problem, request.request_id);
    }
    request.deadline = Deadline::after(shared_.limits.request_time); // receiving took its own time
    co_return co_await handle_blocking(request);
}

asio::awaitable<Wire::Read> Session::receive_stream(Request& request, Problem& problem) {
    std::string piece;
    while (true) {
        const Wire::Read read = co_await wire_.read_piece(piece, problem);
        if (read != Wire::Read::ok || piece.empty()) {
            co_return read;
        }
        Result<void> written;
        const bool done =
            co_await run_blocking(shared_.files, [&] { written = request.sink->write(piece); });
        if (!done) {
            problem = busy;
            co_return Wire::Read::refused;
        }
        if (!written) {
            problem = problem_of(written.error());
            co_return Wire::Read::refused;
        }
    }
}

asio::awaitable<bool>
Session::send(const Request& request, const Response& response, bool keep_alive) {
    const std::string date = http_date(std::time(nullptr));
    const std::string head = response_head(response, request.request_id, date, keep_alive);
    if (request.method == Method::head) {
        co_return co_await wire_.write(head);
    }
    if (const auto* text = std::get_if<std::string>(&response.body)) {
        co_return co_await wire_.write(head, *text);
    }
    if (!co_await wire_.write(head)) {
        co_return false;
    }
    co_return co_await send_file(std::get<FileBody>(response.body));
}

asio::awaitable<bool> Session::send_file(const FileBody& body) {
    std::uint64_t sent = 0;
    std::string piece;
    while (sent < body.length) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, body.length - sent));
        const bool done = co_await run_blocking(shared_.files, [&] {
            try {
                piece = body.file->read(body.offset + sent, size);
            } catch (const Failure& failure) { // the head is out: all that is left is to break off
                log_error("download broken off", {{"error", failure.what()}});
                piece.clear();
            }
        });
        if (!done || piece.size() != size || !co_await wire_.write(piece)) {
            co_return false;
        }
        sent += size;
    }
    co_return true;
}

} // namespace bgerp::http

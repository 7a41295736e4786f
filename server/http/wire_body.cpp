// The wire's part that reads bodies.

#include "server/http/request_head.hpp"
#include "server/http/wire.hpp"

#include <algorithm>
#include <array>

namespace bgerp::http {

namespace {

namespace beast_http = beast::http;
using std::chrono::steady_clock;

} // namespace

std::optional<std::uint64_t> Wire::body_size() const {
    if (parser_->chunked()) {
        return std::nullopt;
    }
    const auto length = parser_->content_length();
    return length ? *length : 0;
}

// Fills `into` with body bytes until it is full or the body ends.
asio::awaitable<Wire::Read> Wire::fill(
    char* into,
    std::size_t size,
    std::size_t& filled,
    steady_clock::time_point until,
    Problem& problem
) {
    filled = 0;
    while (!parser_->is_done() && filled < size) {
        if (buffer_.size() == 0 && !co_await read_more(until)) {
            co_return Read::end;
        }
        auto& body = parser_->get().body();
        body.data = into + filled;
        body.size = size - filled;
        body.more = true;
        ErrorCodeOfAsio error;
        const std::size_t used = parser_->put(buffer_.data(), error);
        buffer_.consume(used);
        filled = size - body.size;
        if (error == beast_http::error::need_more) {
            if (buffer_.size() >= buffer_.max_size()) {
                problem = problem_of_parser(beast_http::error::bad_chunk);
                co_return Read::refused;
            }
            if (!co_await read_more(until)) {
                co_return Read::end;
            }
        } else if (error && error != beast_http::error::need_buffer) {
            problem = problem_of_parser(error);
            co_return Read::refused;
        }
    }
    co_return Read::ok;
}

asio::awaitable<Wire::Read>
Wire::read_body(std::string& body, std::size_t bytes_max, Problem& problem) {
    const auto until = steady_clock::now() + limits_.request_time;
    const std::optional<std::uint64_t> announced = body_size();
    const Problem too_large{
        413,
        "too_large",
        "the body is larger than the " + std::to_string(bytes_max) + " bytes allowed here",
        {}};
    if (announced && *announced > bytes_max) {
        problem = too_large;
        co_return Read::refused;
    }
    while (!parser_->is_done()) {
        // One byte more than allowed, to see whether a chunked body has it.
        const std::size_t room = announced ? static_cast<std::size_t>(*announced) - body.size()
                                           : std::min(piece_bytes, bytes_max + 1 - body.size());
        const std::size_t before = body.size();
        std::size_t filled = 0;
        body.resize(before + std::max<std::size_t>(room, 1));
        const Read read =
            co_await fill(body.data() + before, body.size() - before, filled, until, problem);
        body.resize(before + filled);
        if (read != Read::ok) {
            co_return read;
        }
        if (body.size() > bytes_max) {
            problem = too_large;
            co_return Read::refused;
        }
    }
    co_return Read::ok;
}

asio::awaitable<Wire::Read> Wire::read_piece(std::string& piece, Problem& problem) {
    const auto until = steady_clock::now() + limits_.idle_time;
    std::size_t filled = 0;
    piece.resize(piece_bytes);
    const Read read = co_await fill(piece.data(), piece.size(), filled, until, problem);
    piece.resize(filled);
    co_return read;
}

asio::awaitable<void> Wire::send_continue() {
    const auto expect = parser_->get()[beast_http::field::expect];
    if (parser_->is_done() ||
        !equal_ignoring_case({expect.data(), expect.size()}, "100-continue")) {
        co_return;
    }
    co_await write("HTTP/1.1 100 Continue\r\n\r\n");
}

bool Wire::discard_body() {
    std::array<char, 4096> dropped{};
    ErrorCodeOfAsio error;
    while (!parser_->is_done() && buffer_.size() > 0 && !error) {
        auto& body = parser_->get().body();
        body.data = dropped.data();
        body.size = dropped.size();
        body.more = true;
        buffer_.consume(parser_->put(buffer_.data(), error));
        error = error == beast_http::error::need_buffer ? ErrorCodeOfAsio() : error;
    }
    return parser_->is_done();
}

} // namespace bgerp::http

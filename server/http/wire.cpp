#include "server/http/wire.hpp"

#include "server/http/request_head.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cerrno>
#include <limits>
#include <sys/socket.h>

namespace bgerp::http {

namespace {

namespace beast_http = beast::http;
using std::chrono::steady_clock;

constexpr std::size_t read_bytes = 8UL * 1024;
constexpr std::size_t linger_bytes_max = 1024UL * 1024;
constexpr std::chrono::seconds linger_time{2};

} // namespace

struct Wire::Tls {
    Tls(beast::tcp_stream& below, asio::ssl::context& context)
        : stream(below, context) {}

    asio::ssl::stream<beast::tcp_stream&> stream;
};

Wire::Wire(Tcp::socket socket, const Limits& limits, asio::ssl::context* tls)
    : limits_(limits)
    , stream_(std::move(socket))
    , tls_(tls == nullptr ? nullptr : std::make_unique<Tls>(stream_, *tls))
    , buffer_(limits.header_bytes_max + read_bytes) {}

Wire::~Wire() = default;

Problem Wire::problem_of_parser(const ErrorCodeOfAsio& error) {
    if (error == beast_http::error::header_limit) {
        return {431, "header_too_large", "the request's head is too large", {}};
    }
    if (error == beast_http::error::bad_version) {
        return {505, "http_version", "this server speaks HTTP/1.1", {}};
    }
    return {400, "malformed_request", "the request is not well-formed HTTP", {}};
}

asio::awaitable<bool> Wire::handshake() {
    if (!tls_) {
        co_return true;
    }
    stream_.expires_after(limits_.request_time);
    ErrorCodeOfAsio error;
    co_await tls_->stream.async_handshake(
        asio::ssl::stream_base::server,
        asio::redirect_error(asio::use_awaitable, error)
    );
    co_return !error;
}

std::string Wire::peer() const {
    ErrorCodeOfAsio error;
    const auto endpoint = stream_.socket().remote_endpoint(error);
    return error ? std::string() : endpoint.address().to_string();
}

asio::awaitable<bool> Wire::read_more(steady_clock::time_point until) {
    stream_.expires_at(until);
    ErrorCodeOfAsio error;
    const std::size_t room = std::min(read_bytes, buffer_.max_size() - buffer_.size());
    const auto into = buffer_.prepare(room);
    std::size_t got = 0;
    if (tls_) {
        got = co_await tls_->stream.async_read_some(
            into,
            asio::redirect_error(asio::use_awaitable, error)
        );
    } else {
        got = co_await stream_.async_read_some(
            into,
            asio::redirect_error(asio::use_awaitable, error)
        );
    }
    buffer_.commit(got);
    co_return !error;
}

asio::awaitable<Wire::Read> Wire::read_head(Request& request, Problem& problem) {
    if (buffer_.size() == 0 && !co_await read_more(steady_clock::now() + limits_.idle_time)) {
        co_return Read::end;
    }
    const Read read = co_await parse_head(problem);
    if (read != Read::ok) {
        co_return read;
    }
    const auto& message = parser_->get();
    const std::string_view target(message.target().data(), message.target().size());
    const std::string_view method(message.method_string().data(), message.method_string().size());
    for (const auto& field : message) {
        request.headers.add(std::string(field.name_string()), std::string(field.value()));
    }
    request.peer = peer();
    request.began = steady_clock::now();
    request.deadline = Deadline(request.began + limits_.request_time);
    auto refused = complete_head(request, method, target, message.version());
    if (refused) {
        problem = std::move(*refused);
        co_return Read::refused;
    }
    co_return Read::ok;
}

asio::awaitable<Wire::Read> Wire::parse_head(Problem& problem) {
    const auto until = steady_clock::now() + limits_.request_time;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
    // Ours is counted where the body is read (boost::none would refuse every body in Boost 1.74).
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    while (true) {
        ErrorCodeOfAsio error;
        const std::size_t used = parser_->put(buffer_.data(), error);
        buffer_.consume(used);
        if (parser_->is_header_done() && !error) {
            co_return Read::ok;
        }
        if (error && error != beast_http::error::need_more) {
            problem = problem_of_parser(error);
            co_return Read::refused;
        }
        if (buffer_.size() >= buffer_.max_size()) {
            problem = problem_of_parser(beast_http::error::header_limit);
            co_return Read::refused;
        }
        if (!co_await read_more(until)) {
            co_return Read::end;
        }
    }
}

asio::awaitable<bool> Wire::write(std::string_view bytes) {
    return write_all(bytes, {});
}

asio::awaitable<bool> Wire::write(std::string_view head, std::string_view body) {
    return write_all(head, body);
}

asio::awaitable<bool> Wire::write_all(std::string_view a, std::string_view b) {
    stream_.expires_after(limits_.idle_time);
    const std::array<asio::const_buffer, 2> buffers{
        asio::const_buffer(a.data(), a.size()),
        asio::const_buffer(b.data(), b.size())};
    ErrorCodeOfAsio error;
    if (tls_) {
        co_await asio::async_write(
            tls_->stream,
            buffers,
            asio::redirect_error(asio::use_awaitable, error)
        );
    } else {
        co_await asio::async_write(
            stream_,
            buffers,
            asio::redirect_error(asio::use_awaitable, error)
        );
    }
    co_return !error;
}

asio::awaitable<void> Wire::say_goodbye() {
    if (tls_) { // tells the client that nothing was cut off
        stream_.expires_after(linger_time);
        ErrorCodeOfAsio ignored;
        co_await tls_->stream.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

asio::awaitable<void> Wire::linger() {
    ErrorCodeOfAsio error;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, error);
    const auto until = steady_clock::now() + linger_time;
    std::size_t seen = 0;
    while (!error && seen < linger_bytes_max) {
        buffer_.consume(buffer_.size());
        if (!co_await read_more(until)) {
            break;
        }
        seen += buffer_.size();
    }
}

asio::awaitable<void> Wire::pause(std::chrono::milliseconds duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    ErrorCodeOfAsio error; // nobody cancels it
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

bool Wire::client_gone() {
    char byte = 0;
    const auto got = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Wire::close() {
    stream_.close();
}

} // namespace bgerp::http

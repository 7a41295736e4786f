// One connection's bytes: reads request heads and bodies within limits of size and time, writes
// answers. Used by one session on one network thread. Knows HTTP's framing and nothing of what a
// request means. Time-outs cut the connection; no function throws for what a client does.
#pragma once

#include "server/http/asio.hpp"
#include "server/http/limits.hpp"
#include "server/http/problem.hpp"
#include "server/http/request.hpp"
#include "server/http/tls.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp::http {

class Wire {
public:
    enum class Read {
        ok,
        end,     // the client closed, went silent or broke off: nothing to answer
        refused, // `problem` says why; the connection can't go on afterwards
    };

    /// Speaks TLS when `tls` isn't null.
    Wire(Tcp::socket socket, const Limits& limits, asio::ssl::context* tls = nullptr);
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire();

    /// To be called first. False when the client doesn't come to terms in time; at once true
    /// without TLS.
    asio::awaitable<bool> handshake();

    /// The next request's head. Waits for its first byte up to the idle time, then for the rest
    /// up to the request time.
    asio::awaitable<Read> read_head(Request& request, Problem& problem);

    /// The rest of a body, appended to `body`, at most `bytes_max` in all.
    asio::awaitable<Read> read_body(std::string& body, std::size_t bytes_max, Problem& problem);

    /// The next piece of a body, up to piece_bytes; empty at its end.
    asio::awaitable<Read> read_piece(std::string& piece, Problem& problem);

    /// Sends "100 Continue" when the client waits for it before it sends a body.
    asio::awaitable<void> send_continue();

    /// Drops what has come of a body nobody wanted. False when there is more to come: then the
    /// connection must be closed after the answer, because nothing waits for it.
    [[nodiscard]] bool discard_body();

    /// The body's announced size; nothing when it is chunked.
    [[nodiscard]] std::optional<std::uint64_t> body_size() const;

    /// What the client asked for, and whether a further request can be told from this one.
    [[nodiscard]] bool keep_alive() const { return parser_ && parser_->get().keep_alive(); }

    /// False when the client is gone or too slow.
    asio::awaitable<bool> write(std::string_view bytes);
    asio::awaitable<bool> write(std::string_view head, std::string_view body);

    /// Ends the sending side and reads what still comes for a moment, so that the client gets to
    /// read the answer instead of a reset.
    asio::awaitable<void> linger();

    /// Ends TLS in order, so that the client can tell an end from a cut. Nothing without TLS.
    asio::awaitable<void> say_goodbye();

    /// Lets time pass.
    static asio::awaitable<void> pause(std::chrono::milliseconds duration);

    /// True when the client has closed its side and nothing it sent is left to be read. Not
    /// blocking.
    [[nodiscard]] bool client_gone();

    /// Cuts the connection; what is awaited on it ends.
    void close();

    [[nodiscard]] std::string peer() const;

private:
    using Parser = beast::http::request_parser<beast::http::buffer_body>;

    static Problem problem_of_parser(const ErrorCodeOfAsio& error);
    asio::awaitable<bool> read_more(std::chrono::steady_clock::time_point until);
    asio::awaitable<Read> parse_head(Problem& problem);
    asio::awaitable<Read> fill(
        char* into,
        std::size_t size,
        std::size_t& filled,
        std::chrono::steady_clock::time_point until,
        Problem& problem
    );
    asio::awaitable<bool> write_all(std::string_view a, std::string_view b);

    struct Tls;

    const Limits& limits_;
    beast::tcp_stream stream_;
    std::unique_ptr<Tls> tls_; // around stream_; null without TLS
    beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
};

} // namespace bgerp::http

#include "tests/support/tiny_http_server.hpp"

#include "base/error.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp::testing_support {

namespace {

constexpr int poll_ms = 20;

bool readable(int fd, const std::atomic<bool>& stopping) {
    while (!stopping.load()) {
        pollfd file{fd, POLLIN, 0};
        if (::poll(&file, 1, poll_ms) > 0) {
            return true;
        }
    }
    return false;
}

std::string lower(std::string text) {
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

// Reads the head's lines; false as long as the head isn't complete.
bool parse_head(const std::string& bytes, TinyRequest& request, std::size_t& head_size) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) {
        return false;
    }
    head_size = end + 4;
    std::size_t from = bytes.find("\r\n");
    request.line = bytes.substr(0, from);
    while (from < end) {
        from += 2;
        const std::size_t to = bytes.find("\r\n", from);
        const std::string line = bytes.substr(from, to - from);
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos) {
            request.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
        }
        from = to;
    }
    return true;
}

} // namespace

TinyHttpServer::TinyHttpServer(Answer answer)
    : answer_(std::move(answer))
    , listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const bool bound = ::bind(listener_, any, size) == 0 && ::listen(listener_, 16) == 0 &&
                       ::getsockname(listener_, any, &size) == 0;
    if (!bound) {
        throw Failure(ErrorCode::unavailable, "no port for a test's web service");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

TinyHttpServer::~TinyHttpServer() {
    stopping_.store(true);
    thread_.join();
    ::close(listener_);
}

std::string TinyHttpServer::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<TinyRequest> TinyHttpServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void TinyHttpServer::serve() {
    while (readable(listener_, stopping_)) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client >= 0) {
            serve_one(client);
            ::close(client);
        }
    }
}

void TinyHttpServer::serve_one(int client) {
    std::string bytes;
    TinyRequest request;
    std::size_t head_size = 0;
    std::size_t body_size = 0;
    std::array<char, 16384> block{};
    while (head_size == 0 || bytes.size() < head_size + body_size) {
        if (!readable(client, stopping_)) {
            return;
        }
        const ssize_t got = ::recv(client, block.data(), block.size(), 0);
        if (got <= 0) {
            return;
        }
        bytes.append(block.data(), static_cast<std::size_t>(got));
        if (head_size == 0 && parse_head(bytes, request, head_size)) {
            const auto found = request.headers.find("content-length");
            body_size = found == request.headers.end() ? 0 : std::stoul(found->second);
        }
    }
    request.body = bytes.substr(head_size);
    {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
    }
    const std::string answer = answer_(request);
    if (answer.empty()) { // until the client has had enough
        static_cast<void>(readable(client, stopping_));
        return;
    }
    for (std::size_t sent = 0; sent < answer.size();) {
        const ssize_t wrote =
            ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
        if (wrote <= 0) {
            return;
        }
        sent += static_cast<std::size_t>(wrote);
    }
}

std::string http_answer(int status, const std::string& body, const std::string& headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Answer\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

} // namespace bgerp::testing_support

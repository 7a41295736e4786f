// A web service of the test's own, on a free port of this machine: gives each request to a function
// and sends back what that answers, byte for byte. One connection at a time, closed after each
// answer. The thread ends with the object, whatever a client does.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bgerp::testing_support {

struct TinyRequest {
    std::string line;                           // "POST /hook HTTP/1.1"
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

class TinyHttpServer {
public:
    /// The whole answer, head and all; an empty one is none: the client waits until stopped.
    using Answer = std::function<std::string(const TinyRequest&)>;

    explicit TinyHttpServer(Answer answer);
    TinyHttpServer(const TinyHttpServer&) = delete;
    TinyHttpServer& operator=(const TinyHttpServer&) = delete;
    ~TinyHttpServer();

    [[nodiscard]] std::string url(const std::string& path = "/") const;

    /// What came so far.
    [[nodiscard]] std::vector<TinyRequest> requests() const;

private:
    void serve();
    void serve_one(int client);

    const Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::vector<TinyRequest> requests_;
    std::thread thread_;
};

/// An answer of this status with a body and, if given, more header lines ("Name: value\r\n").
[[nodiscard]] std::string
http_answer(int status, const std::string& body, const std::string& headers = {});

} // namespace bgerp::testing_support

// A client that sends exactly the bytes it is given and reads what comes back: for tests of what
// well-behaved clients don't do. Blocking, with a limit on every wait. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bgerp::testing {

struct RawResponse {
    int status = 0;                             // 0: the connection ended without an answer
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

class RawClient {
public:
    explicit RawClient(
        std::uint16_t port, std::chrono::milliseconds patience = std::chrono::seconds(20)
    );
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    /// False when the server has closed.
    bool send(std::string_view bytes) const;

    /// The next answer; `head_only` for answers to HEAD.
    [[nodiscard]] RawResponse receive(bool head_only = false);

    /// send() and receive().
    [[nodiscard]] RawResponse ask(std::string_view bytes, bool head_only = false);

    /// Reads until the server closes. False when it doesn't within the patience.
    [[nodiscard]] bool closed_by_server();

private:
    bool read_more();

    int fd_ = -1;
    std::string buffer_;
    bool ended_ = false;
};

} // namespace bgerp::testing

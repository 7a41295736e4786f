// A few lines of the service manager's protocol (sd_notify(3)): READY, STOPPING and WATCHDOG over
// the datagram socket named in NOTIFY_SOCKET. Nothing happens where there is none. Under `bgerp
// up`, which can't clean up after itself when it is killed, it also sees to it that the program
// ends when its parent does. Any thread; never blocks, never fails the caller.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp {

class Supervisor {
public:
    /// The environment variable with the process that must not be outlived.
    static constexpr const char* parent_variable = "BGERP_UP_PROCESS";

    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and parent_variable. The process gets SIGTERM when that
    /// parent's main thread ends, and at once when it has ended already.
    Supervisor();

    void ready() const { send("READY=1"); }

    void stopping() const { send("STOPPING=1"); }

    void alive() const { send("WATCHDOG=1"); }

    /// How long it waits for a sign of life, if it does at all.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

private:
    void send(std::string_view state) const;

    std::string socket_path_; // empty: none; a leading @ is an abstract name
    std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace bgerp

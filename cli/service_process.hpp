// One of the programs under `bgerp up`: started as a child, watched, started again with growing
// pauses when it dies, told to stop at the end. It says that it is ready over the service manager's
// protocol (base/supervisor.hpp). One thread; nothing blocks but stop().
#pragma once

#include "base/deadline.hpp"
#include "base/process.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::cli {

class ServiceProcess {
public:
    using Say = std::function<void(const std::string&)>;

    /// `say` gets a line for people whenever something happens to it.
    ServiceProcess(std::string name, std::vector<std::string> command, Say say);
    ServiceProcess(const ServiceProcess&) = delete;
    ServiceProcess& operator=(const ServiceProcess&) = delete;
    ~ServiceProcess();

    /// Starts it, notices that it is ready or has died, starts it again when it is time. Call it
    /// several times a second.
    void look();

    /// Asks it to end and waits; asks again and again once `hurried` says so; after the deadline it
    /// is killed.
    void stop(Deadline deadline, const std::function<bool()>& hurried);

private:
    using SteadyClock = std::chrono::steady_clock;

    void start();
    void ended(const ProcessExit& exit);
    void take_notes();
    void open_notify_socket();

    const std::string name_;
    const std::vector<std::string> command_;
    const Say say_;
    std::string notify_name_; // abstract: no file to clean up
    int notify_fd_ = -1;
    std::optional<Process> process_;
    bool ready_ = false;
    SteadyClock::time_point started_at_{};
    SteadyClock::time_point start_again_at_{};
    int deaths_ = 0; // in a row
};

} // namespace bgerp::cli

// The whole server out of its configuration: database, directory, middleware, endpoints, HTTP core.
// Used by main and by the black-box tests. Thread-safe as its parts are.
#pragma once

#include "base/config.hpp"
#include "base/service.hpp"

#include <cstdint>
#include <memory>

namespace bgerp::server {

class ApiServer final : public Service {
public:
    /// Reads the master key; nothing connects or listens yet. Throws Failure. The configuration is
    /// copied.
    explicit ApiServer(const Config& config);
    ~ApiServer() override;

    /// Listens. A database that is down doesn't matter: requests get 503 until it is back.
    void start() override;

    /// Finishes requests under way within the grace, cuts the others.
    void stop() override;

    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;

    std::unique_ptr<Impl> impl_;
};

} // namespace bgerp::server

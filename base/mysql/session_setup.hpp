// How a session is opened: the connector's options for an endpoint, and what is set once it stands.
// Used by connection.cpp alone. Pure code.
#pragma once

#include "base/mysql/endpoint.hpp"

#include <cppconn/connection.h>

#include <string>

namespace bgerp::mysql {

/// Address, account, time-outs and TLS.
[[nodiscard]] sql::ConnectOptionsMap connect_options(const Endpoint& endpoint);

/// The statement that makes a new session ours: strict, in UTC, and with no endless waits.
[[nodiscard]] std::string session_settings(const Endpoint& endpoint);

} // namespace bgerp::mysql

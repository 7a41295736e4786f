// The one door to Asio and Beast: included by the few files of this folder that touch a socket,
// and by tests that speak to the server. Both libraries are compiled once, in asio_impl.cpp.
#pragma once

// Boost 1.74 uses std::exchange without including <utility>: it must come first.
// clang-format off
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

// clang-format on

namespace bgerp::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Tcp = asio::ip::tcp;
using ErrorCodeOfAsio = boost::system::error_code;

} // namespace bgerp::http

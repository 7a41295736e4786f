// Asio's and Beast's own code, compiled here and nowhere else (BOOST_ASIO_SEPARATE_COMPILATION,
// BOOST_BEAST_SEPARATE_COMPILATION).
// Boost 1.74 uses std::exchange without including <utility>: it must come first.
// clang-format off
#include <utility>

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
// clang-format on

// The one bridge from a coroutine to a blocking thread and back: `co_await run_blocking(pool, fn)`
// runs `fn` there and goes on here. No lock and no open transaction may be held across it. What
// `fn` refers to lives in the awaiting coroutine, which does not move until it returns.
#pragma once

#include "server/blocking_pool.hpp"
#include "server/http/asio.hpp"

#include <functional>
#include <memory>

namespace bgerp::http {

/// False, and `work` was not run, when the pool's queue is full. `work` must not throw.
inline asio::awaitable<bool> run_blocking(BlockingPool& pool, std::function<void()> work) {
    auto initiate = [&pool, &work](auto handler) {
        using Handler = decltype(handler);
        auto resume = std::make_shared<Handler>(std::move(handler));
        auto executor = asio::get_associated_executor(*resume);
        // Keeps the network thread's loop alive while the answer is not there.
        auto guard = asio::make_work_guard(executor);
        const bool accepted = pool.try_post([&work, resume, executor, guard]() mutable {
            work();
            asio::post(executor, [resume = std::move(resume)]() { (*resume)(true); });
        });
        if (!accepted) {
            asio::post(executor, [resume = std::move(resume)]() { (*resume)(false); });
        }
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(bool)>(
        initiate,
        asio::use_awaitable
    );
}

} // namespace bgerp::http

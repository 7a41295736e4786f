// One organization as a command works on it: its connections under its own account, its files, and
// the doorbell that tells the workers of a new job. Made per command; not thread-safe.
#pragma once

#include "base/mysql/transaction.hpp"
#include "cli/context.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/storage.hpp"

#include <memory>
#include <string>
#include <type_traits>

namespace bgerp::cli {

class TenantSession {
public:
    /// Throws Failure: not_found, invalid_argument for what is no code, forbidden when it is not
    /// active.
    TenantSession(Context& context, const std::string& org);

    [[nodiscard]] const std::string& org() const { return org_; }

    [[nodiscard]] mysql::Pool& pool() { return *pool_; }

    [[nodiscard]] mysql::Pool::Handle connection() {
        return pool_->acquire(Context::short_deadline());
    }

    [[nodiscard]] const TenantStorage& storage() const { return storage_; }

    /// Workers alive at this moment, of any machine.
    [[nodiscard]] std::size_t live_workers();

    /// Runs `fn` in a transaction and rings the doorbell once it has committed. Throws what `fn`
    /// returned as an error.
    template <class Fn>
    auto enqueueing(Fn fn) {
        auto value = value_or_throw(mysql::with_transaction(*pool_, Context::short_deadline(), fn));
        doorbell_.ring(org_);
        return value;
    }

    /// The same without a job.
    template <class Fn>
    auto in_transaction(Fn fn) {
        return value_or_throw(mysql::with_transaction(*pool_, Context::short_deadline(), fn));
    }

    /// For functions of the queue that enqueue by themselves.
    void ring() { doorbell_.ring(org_); }

private:
    Context& context_;
    const std::string org_;
    std::shared_ptr<mysql::Pool> pool_;
    const TenantStorage storage_;
    Doorbell doorbell_;
};

} // namespace bgerp::cli

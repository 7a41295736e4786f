// How discovery tells the reserver where there is work, and which tenants are gone. News of the
// same tenant that wasn't fetched yet is merged. Thread-safe.
#pragma once

#include "worker/served_tenant.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace bgerp::worker {

struct WorkNews {
    std::shared_ptr<ServedTenant> tenant;
    std::set<std::string> queues; // with work
    std::set<std::string> paused; // not to be claimed from
    bool paused_all = false;      // none is
    std::set<std::string> soon;   // with work in a moment, perhaps
    bool gone = false;            // suspended, archived or moved: no more claims

    /// Nothing but what is to come and will be told again.
    [[nodiscard]] bool only_expected() const {
        return !soon.empty() && queues.empty() && paused.empty() && !paused_all && !gone;
    }
};

class WorkInbox {
public:
    /// `on_news` is called after each piece of news, by whoever brought it.
    explicit WorkInbox(std::function<void()> on_news)
        : on_news_(std::move(on_news)) {}

    /// There is work in `queues`.
    void
    found(const std::shared_ptr<ServedTenant>& tenant, const std::vector<std::string>& queues) {
        tell(tenant, [&](WorkNews& news) { news.queues.insert(queues.begin(), queues.end()); });
    }

    /// There may be work in `queue`.
    void hint(const std::shared_ptr<ServedTenant>& tenant, const std::string& queue) {
        tell(tenant, [&](WorkNews& news) { news.queues.insert(queue); });
    }

    /// There will be work in `queue` in a moment, which will be told again: for who is idle.
    void expect(const std::shared_ptr<ServedTenant>& tenant, const std::string& queue) {
        change_news(tenant, [&](WorkNews& news) { news.soon.insert(queue); });
    }

    /// These queues, and no others, are to be let alone; or all of them.
    void paused(
        const std::shared_ptr<ServedTenant>& tenant,
        const std::vector<std::string>& queues,
        bool all = false
    ) {
        tell(tenant, [&](WorkNews& news) {
            news.paused = {queues.begin(), queues.end()};
            news.paused_all = all;
        });
    }

    void gone(const std::shared_ptr<ServedTenant>& tenant) {
        const std::lock_guard lock(mutex_);
        news_[tenant->key] = {tenant, {}, {}, false, {}, true};
        arrived_.notify_one();
    }

    [[nodiscard]] std::vector<WorkNews> fetch() {
        const std::lock_guard lock(mutex_);
        std::vector<WorkNews> fetched;
        for (auto& entry : news_) {
            fetched.push_back(std::move(entry.second));
        }
        news_.clear();
        return fetched;
    }

    [[nodiscard]] bool empty() const {
        const std::lock_guard lock(mutex_);
        return news_.empty();
    }

    /// Sleeps until there is news, or wake() is called, or for `duration`.
    void wait_for(std::chrono::milliseconds duration) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, duration, [&] { return woken_ || !news_.empty(); });
        woken_ = false;
    }

    void wake() {
        const std::lock_guard lock(mutex_);
        woken_ = true;
        arrived_.notify_one();
    }

private:
    template <class Change>
    void tell(const std::shared_ptr<ServedTenant>& tenant, Change change) {
        change_news(tenant, change);
        on_news_();
    }

    template <class Change>
    void change_news(const std::shared_ptr<ServedTenant>& tenant, Change change) {
        const std::lock_guard lock(mutex_);
        WorkNews& news = news_[tenant->key];
        news.tenant = tenant;
        news.gone = false;
        change(news);
        arrived_.notify_one();
    }

    const std::function<void()> on_news_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<Fairness::Key, WorkNews> news_;
    bool woken_ = false;
};

} // namespace bgerp::worker

// The executor's part for hooks: what they are told, and that ends are told when they are written.

#include "worker/executor.hpp"
#include "worker/hook_runner.hpp"

namespace bgerp::worker {

namespace {

std::optional<HookEvent> event_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::complete:
        return HookEvent::completed;
    case Verdict::retry:
        return HookEvent::failed;
    case Verdict::fail:
        return HookEvent::dead;
    default:
        return std::nullopt;
    }
}

} // namespace

void Executor::settle(
    const HeldJob& held,
    const queue::Envelope& envelope,
    const queue::Decision& decision,
    const Attempt* attempt
) {
    if (parts_.settler.settle(held, envelope, decision)) {
        tell_end(held, envelope, decision, attempt);
    }
}

void Executor::tell_end(
    const HeldJob& held,
    const queue::Envelope& envelope,
    const queue::Decision& decision,
    const Attempt* attempt
) const {
    const auto event = event_of(decision.verdict);
    if (parts_.hooks == nullptr || !event) {
        return;
    }
    if (const auto news = news_of(*event, held, envelope, attempt)) {
        news->error = decision.error;
        if (*event == HookEvent::failed) {
            news->retry_in_s = decision.delay_s;
        }
        parts_.hooks->tell(news);
    }
}

void Executor::tell_started(const Attempt& attempt) const {
    if (const auto news = news_of(HookEvent::started, *attempt.held, attempt.envelope, &attempt)) {
        parts_.hooks->tell(news);
    }
}

// Null when nobody wants them.
std::shared_ptr<HookNews> Executor::news_of(
    HookEvent event, const HeldJob& held, const queue::Envelope& envelope, const Attempt* attempt
) const {
    if (parts_.hooks == nullptr || !parts_.hooks->wants(event, held.job.key.queue, envelope.kind)) {
        return nullptr;
    }
    auto news = std::make_shared<HookNews>();
    news->event = event;
    news->org = held.tenant->org;
    news->id = held.job.key.id;
    news->uuid = envelope.uuid;
    news->kind = envelope.kind;
    news->queue = held.job.key.queue;
    news->attempt = held.job.fence.attempts;
    news->at = parts_.clock.host_now();
    if (attempt != nullptr) {
        news->waited = attempt->waited;
        if (attempt->ran) {
            news->ran = std::chrono::duration_cast<std::chrono::microseconds>(*attempt->ran);
        }
    }
    return news;
}

} // namespace bgerp::worker

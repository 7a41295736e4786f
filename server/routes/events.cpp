#include "server/routes/events.hpp"

#include "tenant_db/queue/job_events.hpp"

#include <algorithm>
#include <charconv>

namespace bgerp::server {

namespace {

using queue::QueueSchema;

constexpr std::size_t page_rows = 500;
constexpr std::int64_t wait_s_max = 60;

// How long to look away: a little, so that news is news, and no more often than two looks a second
// for those who have waited for long.
constexpr std::chrono::milliseconds soonest{100};
constexpr std::chrono::milliseconds latest{500};

// What a follower is to the server between two looks: a place among the followers, and how far he
// has read.
class Follower final : public Kept {
public:
    Follower(FollowerPlaces& places, std::string org)
        : places_(places)
        , org_(std::move(org))
        , place_(places_.enter(org_)) {}

    ~Follower() override {
        if (place_) {
            places_.leave(org_);
        }
    }

    /// An error when there was no place.
    [[nodiscard]] const Result<void>& place() const { return place_; }

    std::uint64_t after = 0;

private:
    FollowerPlaces& places_;
    const std::string org_;
    const Result<void> place_;
};

Result<std::optional<std::uint64_t>> last_id(const Call& call) {
    const std::string_view header = call.request.headers.find("Last-Event-ID");
    const std::string text = header.empty() ? call.query("after") : std::string(header);
    if (text.empty()) {
        return std::nullopt;
    }
    std::uint64_t id = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return fail(ErrorCode::invalid_argument, "an event's id is a whole number", "after");
    }
    return id;
}

// The caller's first look.
Result<void> begin(Call& call, Follower& follower) {
    if (!follower.place()) {
        return follower.place();
    }
    const auto session = call.pool->acquire(call.deadline());
    if (!queue::events_are_on(*session, QueueSchema::current())) {
        return fail(ErrorCode::conflict, "events aren't written for this organization");
    }
    const auto id = last_id(call);
    if (!id) {
        return tl::unexpected<Error>(id.error());
    }
    follower.after = *id ? **id : queue::newest_event(*session, QueueSchema::current());
    return {};
}

// JSON has no line breaks, so each event is one line of data. The last line, an id without data,
// tells a client where to go on though nothing was for it.
std::string stream_text(const queue::EventPage& page) {
    std::string text = "retry: 1000\n\n";
    for (const queue::JobEvent& event : page.events) {
        text += "id: " + std::to_string(event.id) + "\nevent: " + event.event +
                "\ndata: " + to_text(queue::event_to_json(event)) + "\n\n";
    }
    return text + "id: " + std::to_string(page.next_after) + "\n\n";
}

} // namespace

Result<http::Response> follow_events(Call& call) {
    const auto wait = integer_query(call, "wait", 25, 0, wait_s_max);
    if (!wait) {
        return tl::unexpected<Error>(wait.error());
    }
    if (!call.kept) {
        auto follower =
            std::make_unique<Follower>(call.services.followers, call.tenant->code.str());
        if (const auto begun = begin(call, *follower); !begun) {
            return tl::unexpected<Error>(begun.error());
        }
        call.kept = std::move(follower);
    }
    auto& follower = static_cast<Follower&>(*call.kept);
    const auto page = queue::read_events(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        follower.after,
        {call.query("kind"), call.query("queue"), call.query("uuid")},
        page_rows
    );
    follower.after = page.next_after;
    auto response = http::with_header(
        http::text_response(200, "text/event-stream", stream_text(page)),
        "Cache-Control",
        "no-store"
    );
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - call.request.began
    );
    const auto left = std::chrono::seconds(*wait) - waited;
    if (page.events.empty() && left.count() > 0) {
        // Each look has a request's time of its own.
        const std::chrono::seconds time(call.services.config.server.request_timeout_s);
        call.request.deadline = Deadline::after(time);
        response.again_after = std::min(left, std::clamp(waited / 4, soonest, latest));
        if (page.more) {
            response.again_after = soonest;
        }
    }
    return response;
}

} // namespace bgerp::server

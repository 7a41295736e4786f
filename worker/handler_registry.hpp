// Which handler runs which kind, and the kind's own limits. Filled once at start (see
// handlers/registry.cpp), only read afterwards, and then from any thread. A kind that isn't here
// can't be run: what a payload names is looked up, never trusted.
#pragma once

#include "base/json_schema.hpp"
#include "worker/handler.hpp"
#include "worker/middleware.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace bgerp::worker {

struct HandlerOptions {
    std::chrono::seconds timeout{3600};    // of a job whose payload names none
    std::optional<std::int64_t> max_tries; // likewise; else the configured default
    std::optional<JsonSchema> args{};      // what they must look like; nothing: any
    std::vector<std::string> fail_on{};    // codes of errors that no other try mends
};

class HandlerRegistry {
public:
    struct Entry {
        std::string kind;
        std::unique_ptr<Handler> handler;
        HandlerOptions options;
        /// A handler of this kind came back in this process: it doesn't take it down each time.
        mutable std::atomic<bool> came_back{false};

        Entry(std::string name, std::unique_ptr<Handler> runs, HandlerOptions limits)
            : kind(std::move(name))
            , handler(std::move(runs))
            , options(std::move(limits)) {}
    };

    /// Throws Failure (conflict) when the kind or alias is taken.
    void add(const std::string& kind, std::unique_ptr<Handler> handler, HandlerOptions options);

    /// Another name for a kind that is there, such as the class name that a PHP application uses.
    /// Throws Failure: not_found for the kind, conflict for a name that is taken.
    void alias(const std::string& name, const std::string& kind);

    /// Code that runs around the handlers of `kinds` (none: of all), inside of what was registered
    /// before it.
    void use(std::unique_ptr<Middleware> middleware, std::set<std::string> kinds = {});

    /// One run of the entry's handler, with the middleware around it.
    [[nodiscard]] Result<Json> run(const Entry& entry, JobContext& context) const;

    /// Nothing when no such kind or alias is known.
    [[nodiscard]] const Entry* find(const std::string& kind) const;

private:
    struct Layer {
        std::unique_ptr<Middleware> middleware;
        std::set<std::string> kinds; // empty: all
    };

    [[nodiscard]] Result<Json>
    run_from(std::size_t layer, const Entry& entry, JobContext& context) const;
    void refuse_taken(const std::string& name) const;

    std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
    std::vector<Layer> layers_; // outermost first
};

} // namespace bgerp::worker

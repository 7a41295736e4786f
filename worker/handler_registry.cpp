#include "worker/handler_registry.hpp"

#include <utility>

namespace bgerp::worker {

void HandlerRegistry::add(
    const std::string& kind, std::unique_ptr<Handler> handler, HandlerOptions options
) {
    refuse_taken(kind);
    entries_.emplace(kind, std::make_shared<Entry>(kind, std::move(handler), std::move(options)));
}

void HandlerRegistry::alias(const std::string& name, const std::string& kind) {
    refuse_taken(name);
    const auto found = entries_.find(kind);
    if (found == entries_.end()) {
        throw Failure(ErrorCode::not_found, "alias '" + name + "' of unknown kind '" + kind + "'");
    }
    entries_.emplace(name, found->second);
}

const HandlerRegistry::Entry* HandlerRegistry::find(const std::string& kind) const {
    const auto found = entries_.find(kind);
    return found == entries_.end() ? nullptr : found->second.get();
}

void HandlerRegistry::use(std::unique_ptr<Middleware> middleware, std::set<std::string> kinds) {
    layers_.push_back({std::move(middleware), std::move(kinds)});
}

Result<Json> HandlerRegistry::run(const Entry& entry, JobContext& context) const {
    return run_from(0, entry, context);
}

Result<Json>
HandlerRegistry::run_from(std::size_t layer, const Entry& entry, JobContext& context) const {
    const auto concerned = [&](const Layer& one) {
        return one.kinds.empty() || one.kinds.count(entry.kind) != 0;
    };
    while (layer < layers_.size() && !concerned(layers_[layer])) {
        ++layer;
    }
    if (layer == layers_.size()) {
        return entry.handler->run(context);
    }
    return layers_[layer].middleware->around(context, [&, layer] {
        return run_from(layer + 1, entry, context);
    });
}

void HandlerRegistry::refuse_taken(const std::string& name) const {
    if (entries_.count(name) != 0) {
        throw Failure(ErrorCode::conflict, "job kind '" + name + "' is declared twice");
    }
}

} // namespace bgerp::worker

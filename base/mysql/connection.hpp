// One connection to a database server, through MySQL Connector/C++. Sessions run at READ COMMITTED
// in UTC with strict SQL mode and the endpoint's time-outs. A connection that met an error it
// doesn't know is broken and must be thrown away; the pool does that. Not thread-safe. Blocking,
// each call bounded by the endpoint's time-outs.
#pragma once

#include "base/mysql/endpoint.hpp"
#include "base/mysql/error.hpp"
#include "base/mysql/session.hpp"

#include <memory>

namespace bgerp::mysql {

class Connection final : public Session {
public:
    /// Connects. Throws DatabaseError (connection_lost, access_denied, too_many_connections …).
    explicit Connection(const Endpoint& endpoint);
    ~Connection() override;

    std::uint64_t execute(std::string_view sql, const Params& params = {}) override;
    void query(std::string_view sql, const Params& params, const RowCallback& on_row) override;
    [[nodiscard]] std::uint64_t last_insert_id() override;

    /// For statements that can't be prepared (DDL, GRANT, SET): text without values. Identifiers in
    /// it must come from a whitelist or a checked type.
    void execute_text(const std::string& sql);

    /// Costs a statement only after one outside of a transaction: sessions stay in the mode in
    /// which the first statement begins a transaction until that is in the way.
    void begin();
    void commit();

    /// Never throws: a rollback that fails leaves the connection broken, which is as good.
    void rollback() noexcept;

    [[nodiscard]] bool broken() const { return broken_; }

    /// Marks the connection as not to be used again.
    void mark_broken() { broken_ = true; }

    /// Asks the server for a sign of life.
    [[nodiscard]] bool ping();

private:
    struct Impl;

    template <class Fn>
    auto run(std::string_view sql, Fn fn);
    void run_text(const std::string& sql);
    void set_autocommit(bool on);
    void leave_transactions();

    std::unique_ptr<Impl> impl_;
    StatementHook* const hook_;
    bool broken_ = false;
    bool autocommit_ = true;
    bool in_transaction_ = false;
};

} // namespace bgerp::mysql

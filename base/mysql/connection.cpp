#include "base/mysql/connection.hpp"

#include "base/mysql/session_setup.hpp"
#include "base/mysql/statement_hook.hpp"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <list>
#include <unordered_map>

namespace bgerp::mysql {

namespace {

// Statements kept prepared per connection. The programs have fewer texts than this except for
// multi-row inserts of odd lengths, which are the ones to be pushed out.
constexpr std::size_t prepared_max = 64;

sql::Driver& driver() {
    // get_driver_instance isn't thread-safe, the initialisation of a local static is.
    static sql::Driver* const instance = get_driver_instance();
    return *instance;
}

// The client library keeps state per thread, which a thread must set up and give back.
struct ThreadState {
    ThreadState() { driver().threadInit(); }

    ThreadState(const ThreadState&) = delete;
    ThreadState& operator=(const ThreadState&) = delete;

    ~ThreadState() { driver().threadEnd(); }
};

void ensure_thread_state() {
    thread_local const ThreadState state;
    static_cast<void>(state);
}

class ResultRow final : public Row {
public:
    explicit ResultRow(const sql::ResultSet& result)
        : result_(result) {}

    [[nodiscard]] bool is_null(unsigned column) const override {
        return result_.isNull(column + 1);
    }

    [[nodiscard]] std::int64_t i64(unsigned column) const override {
        return result_.getInt64(column + 1);
    }

    [[nodiscard]] std::uint64_t u64(unsigned column) const override {
        return result_.getUInt64(column + 1);
    }

    [[nodiscard]] std::string text(unsigned column) const override {
        return result_.getString(column + 1).asStdString();
    }

private:
    const sql::ResultSet& result_;
};

struct Bind {
    sql::PreparedStatement& statement;
    unsigned index;

    void operator()(std::nullptr_t) const { statement.setNull(index, 0); }

    void operator()(std::int64_t value) const { statement.setInt64(index, value); }

    void operator()(std::uint64_t value) const { statement.setUInt64(index, value); }

    void operator()(std::string_view value) const {
        statement.setString(index, sql::SQLString(value.data(), value.size()));
    }
};

} // namespace

struct Connection::Impl {
    struct Prepared {
        std::string sql;
        std::unique_ptr<sql::PreparedStatement> statement;
    };

    std::unique_ptr<sql::Connection> connection;
    std::list<Prepared> prepared; // most recently used first
    std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_text;

    sql::PreparedStatement& prepare(std::string_view text) {
        const auto found = by_text.find(text);
        if (found != by_text.end()) {
            prepared.splice(prepared.begin(), prepared, found->second);
            return *prepared.front().statement;
        }
        Prepared fresh{std::string(text), nullptr};
        fresh.statement.reset(connection->prepareStatement(sql::SQLString(fresh.sql)));
        if (prepared.size() >= prepared_max) {
            by_text.erase(prepared.back().sql);
            prepared.pop_back();
        }
        prepared.push_front(std::move(fresh));
        by_text.emplace(prepared.front().sql, prepared.begin());
        return *prepared.front().statement;
    }

    sql::PreparedStatement& bind(std::string_view text, const Params& params) {
        sql::PreparedStatement& statement = prepare(text);
        unsigned index = 1;
        for (const Param& param : params) {
            std::visit(Bind{statement, index}, param.value());
            ++index;
        }
        return statement;
    }

    void forget_prepared() {
        by_text.clear();
        prepared.clear();
    }
};

namespace {

// Turns the connector's exceptions into ours and decides whether the connection lives on: after an
// error that isn't known to leave the session intact, it doesn't.
template <class Fn>
auto guarded(Connection& connection, Fn fn) {
    ensure_thread_state();
    try {
        return fn();
    } catch (const sql::SQLException& error) {
        const DatabaseError ours(error.getErrorCode(), error.what());
        switch (ours.error_class()) {
        case ErrorClass::transaction_conflict:
        case ErrorClass::duplicate_key:
        case ErrorClass::missing_object:
        case ErrorClass::access_denied:
        case ErrorClass::statement_timeout:
        case ErrorClass::disk_full:
            break;
        default:
            connection.mark_broken();
        }
        throw DatabaseError(ours);
    }
}

} // namespace

// One statement, with the hook of tests around it.
template <class Fn>
auto Connection::run(std::string_view sql, Fn fn) {
    const auto obey = [](int error) {
        if (error != 0) {
            throw sql::SQLException("made by a test", "HY000", error);
        }
    };
    return guarded(*this, [&] {
        if (hook_ == nullptr) {
            return fn();
        }
        obey(hook_->before(sql));
        if constexpr (std::is_void_v<decltype(fn())>) {
            fn();
            obey(hook_->after(sql));
        } else {
            auto result = fn();
            obey(hook_->after(sql));
            return result;
        }
    });
}

Connection::Connection(const Endpoint& endpoint)
    : impl_(std::make_unique<Impl>())
    , hook_(endpoint.hook) {
    guarded(*this, [&] {
        sql::ConnectOptionsMap options = connect_options(endpoint);
        impl_->connection.reset(driver().connect(options));
        impl_->connection->setTransactionIsolation(sql::TRANSACTION_READ_COMMITTED);
    });
    execute_text(session_settings(endpoint));
}

Connection::~Connection() {
    ensure_thread_state();
    impl_->forget_prepared();
}

// Statements by themselves commit by themselves.
void Connection::leave_transactions() {
    if (!in_transaction_) {
        set_autocommit(true);
    }
}

void Connection::set_autocommit(bool on) {
    if (on == autocommit_) {
        return;
    }
    try {
        run_text(on ? "SET SESSION autocommit = 1" : "SET SESSION autocommit = 0");
    } catch (...) { // which mode it is in isn't known now
        mark_broken();
        throw;
    }
    autocommit_ = on;
}

std::uint64_t Connection::execute(std::string_view sql, const Params& params) {
    leave_transactions();
    return run(sql, [&] {
        return static_cast<std::uint64_t>(impl_->bind(sql, params).executeUpdate());
    });
}

void Connection::query(std::string_view sql, const Params& params, const RowCallback& on_row) {
    leave_transactions();
    run(sql, [&] {
        const std::unique_ptr<sql::ResultSet> result(impl_->bind(sql, params).executeQuery());
        const ResultRow row(*result);
        while (result->next()) {
            on_row(row);
        }
    });
}

std::uint64_t Connection::last_insert_id() {
    return query_one("SELECT LAST_INSERT_ID()", {}, [](const Row& row) { return row.u64(0); })
        .value_or(0);
}

void Connection::execute_text(const std::string& sql) {
    leave_transactions();
    run_text(sql);
}

void Connection::run_text(const std::string& sql) {
    run(sql, [&] {
        const std::unique_ptr<sql::Statement> statement(impl_->connection->createStatement());
        statement->execute(sql::SQLString(sql));
    });
}

void Connection::begin() {
    set_autocommit(false);
    in_transaction_ = true;
    if (hook_ != nullptr) {
        hook_->begun();
    }
}

void Connection::commit() {
    run_text("COMMIT");
    in_transaction_ = false;
}

void Connection::rollback() noexcept {
    in_transaction_ = false;
    try {
        run_text("ROLLBACK");
    } catch (const std::exception&) {
        mark_broken();
    }
}

// In whichever mode the session is: nothing that it reads would begin a transaction.
bool Connection::ping() {
    try {
        bool answered = false;
        constexpr std::string_view question = "SELECT 1";
        run(question, [&] {
            answered =
                std::unique_ptr<sql::ResultSet>(impl_->bind(question, {}).executeQuery())->next();
        });
        return answered;
    } catch (const DatabaseError&) {
        mark_broken();
        return false;
    }
}

} // namespace bgerp::mysql

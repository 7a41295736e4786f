#include "server/middleware/idempotency.hpp"

#include "base/crypto.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

constexpr std::size_t key_size_max = 255;

// By primary key. A second request with the key waits on the first one's row lock, and sees its
// answer after its commit (READ COMMITTED); after its rollback the key is free again.
constexpr const char* claim_sql =
    "INSERT IGNORE INTO idempotency_key (account_id, idempotency_key, fingerprint, created_at) "
    "VALUES (?, ?, ?, UTC_TIMESTAMP(6))";
constexpr const char* find_sql = "SELECT fingerprint, status, location, body FROM idempotency_key "
                                 "WHERE account_id = ? AND idempotency_key = ?";
constexpr const char* store_sql = "UPDATE idempotency_key SET status = ?, location = ?, body = ? "
                                  "WHERE account_id = ? AND idempotency_key = ?";
// By idempotency_key_created; a few at a time, so that no request pays for a day's.
constexpr const char* prune_sql =
    "DELETE FROM idempotency_key WHERE created_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY "
    "ORDER BY created_at LIMIT 100";

struct Key {
    std::uint64_t account_id = 0;
    std::string text;
    std::string fingerprint;
};

struct Stored {
    std::string fingerprint;
    int status = 0;
    std::string location;
    std::string body;
};

Result<Key> key_of(const Call& call, const std::string& content) {
    const std::string_view text = call.request.headers.find("Idempotency-Key");
    const bool plain =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!plain || text.size() > key_size_max) {
        return fail(
            ErrorCode::invalid_argument,
            "an Idempotency-Key is at most 255 visible ASCII characters",
            "Idempotency-Key"
        );
    }
    Key key{call.token->account_id, std::string(text), {}};
    std::string request(method_name(call.request.method));
    request.append(" ").append(call.request.target.path).append("\n");
    for (const auto& [name, value] : call.request.target.query) {
        request.append(name).append("=").append(value).append("\n");
    }
    key.fingerprint = sha256_hex(request.append("\n").append(content));
    return key;
}

Result<http::Response> replay(mysql::Transaction& transaction, const Key& key) {
    const auto stored =
        transaction.query_one(find_sql, {key.account_id, key.text}, [](const mysql::Row& row) {
            return Stored{
                row.text(0),
                static_cast<int>(row.i64(1)),
                row.optional_text(2).value_or(""),
                row.optional_text(3).value_or("")};
        });
    if (!stored || stored->status == 0) {
        return fail(ErrorCode::conflict, "a request with this key is under way");
    }
    if (stored->fingerprint != key.fingerprint) {
        return fail(
            ErrorCode::invalid_argument,
            "this Idempotency-Key was used for another request",
            "Idempotency-Key"
        );
    }
    http::Response response = http::text_response(stored->status, "application/json", stored->body);
    if (!stored->location.empty()) {
        response.headers.add("Location", stored->location);
    }
    response.headers.add("Idempotency-Replayed", "true");
    return response;
}

Result<http::Response>
claim_and_run(mysql::Transaction& transaction, const Key& key, const TransactionStep& step) {
    const std::uint64_t claimed =
        transaction.execute(claim_sql, {key.account_id, key.text, key.fingerprint});
    if (claimed == 0) {
        return replay(transaction, key);
    }
    auto response = step(transaction);
    if (response) {
        transaction.execute(
            store_sql,
            {response->status,
             response->headers.find("Location"),
             std::get<std::string>(response->body),
             key.account_id,
             key.text}
        );
    }
    return response;
}

} // namespace

Result<http::Response>
run_once(Call& call, const std::string& content, const TransactionStep& step) {
    if (call.request.headers.find("Idempotency-Key").empty()) {
        return mysql::with_transaction(*call.pool, call.deadline(), step);
    }
    const auto key = key_of(call, content);
    if (!key) {
        return tl::unexpected<Error>(key.error());
    }
    auto response =
        mysql::with_transaction(*call.pool, call.deadline(), [&](mysql::Transaction& transaction) {
            return claim_and_run(transaction, *key, step);
        });
    // One in 256 requests clears away what is old, told by the fingerprint: no clock, no dice.
    if (response && key->fingerprint.starts_with("00")) {
        call.pool->acquire(call.deadline())->execute(prune_sql);
    }
    return response;
}

} // namespace bgerp::server

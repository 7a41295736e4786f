// Tells whom the configuration names that an alert began or ended: a program gets the news as JSON
// on its standard input, a web service a signed POST. Used by the scheduler, and by `bgerp alert
// test`. Blocks until it is told, fails or the rule's time-out is over. Thread-safe.
#pragma once

#include "base/config.hpp"
#include "base/error.hpp"
#include "base/json.hpp"
#include "core_db/alert_state.hpp"

#include <functional>
#include <string>

namespace bgerp::alerts {

struct AlertNews {
    std::string event; // "began", "ended" or "test"
    core_db::AlertKey key;
    std::int64_t value = 0;
    std::string began_at;
};

/// {"event","alert","org","queue","condition","limit","value","text","began_at"}.
[[nodiscard]] Json news_to_json(const AlertConfig& rule, const AlertNews& news);

/// Errors: what the program or the service answered instead of "yes" (status 0, 2xx), timeout,
/// cancelled when `stop_requested` said so.
[[nodiscard]] Result<void> tell_alert(
    const AlertConfig& rule, const AlertNews& news, const std::function<bool()>& stop_requested
);

} // namespace bgerp::alerts

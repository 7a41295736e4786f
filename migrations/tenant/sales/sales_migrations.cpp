#include "migrations/tenant/sales/sales_migrations.hpp"

namespace bgerp::migrations {

namespace {

// Files arrive in any order, a table at a time, so references are indexed but not constrained.
constexpr const char* customer = R"(
customer_id BIGINT NOT NULL,
first_name VARCHAR(255) NOT NULL,
last_name VARCHAR(255) NOT NULL,
company VARCHAR(255) NULL,
address VARCHAR(255) NULL,
city VARCHAR(255) NULL,
state VARCHAR(255) NULL,
country VARCHAR(255) NULL,
postal_code VARCHAR(64) NULL,
phone VARCHAR(64) NULL,
fax VARCHAR(64) NULL,
email VARCHAR(254) NOT NULL,
support_rep_id BIGINT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (customer_id),
KEY customer_country (country))";

constexpr const char* invoice = R"(
invoice_id BIGINT NOT NULL,
customer_id BIGINT NOT NULL,
invoice_date DATETIME NOT NULL,
billing_address VARCHAR(255) NULL,
billing_city VARCHAR(255) NULL,
billing_state VARCHAR(255) NULL,
billing_country VARCHAR(255) NULL,
billing_postal_code VARCHAR(64) NULL,
total DECIMAL(38,10) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (invoice_id),
KEY invoice_customer (customer_id),
KEY invoice_invoice_date (invoice_date))";

constexpr const char* invoice_line = R"(
invoice_line_id BIGINT NOT NULL,
invoice_id BIGINT NOT NULL,
track_id BIGINT NOT NULL,
unit_price DECIMAL(38,10) NOT NULL,
quantity BIGINT NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (invoice_line_id),
KEY invoice_line_invoice (invoice_id),
KEY invoice_line_track (track_id))";

constexpr const char* track = R"(
track_id BIGINT NOT NULL,
name VARCHAR(255) NOT NULL,
album_id BIGINT NULL,
media_type_id BIGINT NULL,
genre_id BIGINT NULL,
composer VARCHAR(255) NULL,
milliseconds BIGINT NOT NULL,
bytes BIGINT NULL,
unit_price DECIMAL(38,10) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (track_id),
KEY track_genre (genre_id))";

constexpr const char* genre = R"(
genre_id BIGINT NOT NULL,
name VARCHAR(255) NOT NULL,
import_id BIGINT UNSIGNED NULL,
PRIMARY KEY (genre_id))";

} // namespace

std::vector<Migration> sales_migrations() {
    return {create_tables(
        "2026_11_sales_tables",
        "sales",
        {{"customer", customer},
         {"invoice", invoice},
         {"invoice_line", invoice_line},
         {"track", track},
         {"genre", genre}}
    )};
}

} // namespace bgerp::migrations

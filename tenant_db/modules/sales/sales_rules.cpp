#include "tenant_db/modules/sales/sales_rules.hpp"

namespace bgerp::sales {

namespace {

constexpr ImportColumn id(std::string_view name, bool required = true) {
    return {name, ColumnType::integer, required};
}

constexpr ImportColumn text(std::string_view name, bool required = false) {
    return {name, ColumnType::text, required, 255};
}

constexpr ImportColumn short_text(std::string_view name) {
    return {name, ColumnType::text, false, 64};
}

constexpr ImportColumn price(std::string_view name) {
    return {name, ColumnType::decimal, true};
}

constexpr std::array customers{
    id("customer_id"),
    text("first_name", true),
    text("last_name", true),
    text("company"),
    text("address"),
    text("city"),
    text("state"),
    text("country"),
    short_text("postal_code"),
    short_text("phone"),
    short_text("fax"),
    ImportColumn{"email", ColumnType::email, true, 254},
    id("support_rep_id", false),
};

// A credit note's total is negative, and so are its lines' quantities; prices never are.
constexpr std::array invoices{
    id("invoice_id"),
    id("customer_id"),
    ImportColumn{"invoice_date", ColumnType::date_time, true},
    text("billing_address"),
    text("billing_city"),
    text("billing_state"),
    text("billing_country"),
    short_text("billing_postal_code"),
    ImportColumn{"total", ColumnType::decimal, true, 0, true},
};

constexpr std::array invoice_lines{
    id("invoice_line_id"),
    id("invoice_id"),
    id("track_id"),
    price("unit_price"),
    ImportColumn{"quantity", ColumnType::integer, true, 0, true},
};

constexpr std::array tracks{
    id("track_id"),
    text("name", true),
    id("album_id", false),
    id("media_type_id", false),
    id("genre_id", false),
    text("composer"),
    ImportColumn{"milliseconds", ColumnType::integer, true},
    ImportColumn{"bytes", ColumnType::integer, false},
    price("unit_price"),
};

constexpr std::array genres{id("genre_id"), text("name", true)};

} // namespace

std::string_view sales_table_name(SalesTable table) {
    switch (table) {
    case SalesTable::customers:
        return "customers";
    case SalesTable::invoices:
        return "invoices";
    case SalesTable::invoice_lines:
        return "invoice_lines";
    case SalesTable::tracks:
        return "tracks";
    case SalesTable::genres:
        break;
    }
    return "genres";
}

std::optional<SalesTable> parse_sales_table(std::string_view name) {
    for (const SalesTable table : all_sales_tables) {
        if (name == sales_table_name(table)) {
            return table;
        }
    }
    return std::nullopt;
}

std::span<const ImportColumn> sales_columns(SalesTable table) {
    switch (table) {
    case SalesTable::customers:
        return customers;
    case SalesTable::invoices:
        return invoices;
    case SalesTable::invoice_lines:
        return invoice_lines;
    case SalesTable::tracks:
        return tracks;
    case SalesTable::genres:
        break;
    }
    return genres;
}

} // namespace bgerp::sales

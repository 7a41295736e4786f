#include "tenant_db/modules/reports/sales_reports.hpp"

#include "tenant_db/modules/reports/paged_query.hpp"

namespace bgerp::reports {

namespace {

using Source = Result<std::unique_ptr<ReportSource>>;

// Each reads the invoices once; the database groups, so that names which its collation holds for
// equal are one country, as in any other query. Pages by country matter only when there are
// thousands.
constexpr const char* no_country_sql =
    "SELECT NULL, COUNT(*), SUM(total) FROM invoice WHERE billing_country IS NULL "
    "HAVING COUNT(*) > 0";
constexpr const char* first_countries_sql =
    "SELECT MIN(billing_country), COUNT(*), SUM(total) FROM invoice "
    "WHERE billing_country IS NOT NULL GROUP BY billing_country ORDER BY billing_country LIMIT ?";
constexpr const char* next_countries_sql =
    "SELECT MIN(billing_country), COUNT(*), SUM(total) FROM invoice "
    "WHERE billing_country > ? GROUP BY billing_country ORDER BY billing_country LIMIT ?";

constexpr const char* top_customers_sql =
    "SELECT t.customer_id, c.first_name, c.last_name, c.country, t.invoices, t.total FROM "
    "(SELECT customer_id, COUNT(*) AS invoices, SUM(total) AS total FROM invoice "
    "GROUP BY customer_id ORDER BY total DESC, customer_id LIMIT ?) t "
    "LEFT JOIN customer c ON c.customer_id = t.customer_id ORDER BY t.total DESC, t.customer_id";

// Pages along the primary key.
constexpr const char* invoices_sql =
    "SELECT invoice_id, invoice_id, customer_id, DATE_FORMAT(invoice_date, '%Y-%m-%dT%H:%i:%s'), "
    "billing_address, billing_city, billing_state, billing_country, billing_postal_code, total "
    "FROM invoice WHERE invoice_id > ? ORDER BY invoice_id LIMIT ?";

class SalesByCountry final : public ReportSource {
public:
    [[nodiscard]] std::vector<ReportColumn> columns() const override {
        return {
            {"country", ReportColumnType::text},
            {"invoices", ReportColumnType::integer},
            {"total", ReportColumnType::decimal}};
    }

    [[nodiscard]] Result<bool> next_page(mysql::Session& session, const RowSink& sink) override {
        if (!last_country_) {
            if (auto written = write(session, no_country_sql, {}, sink); !written) {
                return tl::unexpected<Error>(written.error());
            }
        }
        const auto count =
            last_country_ ? write(session, next_countries_sql, {*last_country_, page_rows}, sink)
                          : write(session, first_countries_sql, {page_rows}, sink);
        if (!count) {
            return tl::unexpected<Error>(count.error());
        }
        return *count == page_rows;
    }

private:
    Result<std::size_t> write(
        mysql::Session& session, const char* sql, const mysql::Params& params, const RowSink& sink
    ) {
        const std::vector<ReportColumn> types = columns();
        std::vector<std::string> texts;
        std::vector<ReportValue> values;
        std::size_t count = 0;
        Result<void> taken;
        std::optional<std::string> last;
        session.query(sql, params, [&](const mysql::Row& row) {
            ++count;
            last = row.optional_text(0);
            if (taken) {
                read_values(row, 0, types, texts, values);
                taken = sink(values);
            }
        });
        if (!taken) {
            return tl::unexpected<Error>(taken.error());
        }
        if (last) {
            last_country_ = last;
        }
        return count;
    }

    std::optional<std::string> last_country_;
};

class TopCustomers final : public ReportSource {
public:
    explicit TopCustomers(std::int64_t limit)
        : limit_(limit) {}

    [[nodiscard]] std::vector<ReportColumn> columns() const override {
        return {
            {"customer_id", ReportColumnType::integer},
            {"first_name", ReportColumnType::text},
            {"last_name", ReportColumnType::text},
            {"country", ReportColumnType::text},
            {"invoices", ReportColumnType::integer},
            {"total", ReportColumnType::decimal}};
    }

    [[nodiscard]] Result<bool> next_page(mysql::Session& session, const RowSink& sink) override {
        const std::vector<ReportColumn> types = columns();
        std::vector<std::string> texts;
        std::vector<ReportValue> values;
        Result<void> taken;
        session.query(top_customers_sql, {limit_}, [&](const mysql::Row& row) {
            if (taken) {
                read_values(row, 0, types, texts, values);
                taken = sink(values);
            }
        });
        if (!taken) {
            return tl::unexpected<Error>(taken.error());
        }
        return false;
    }

    [[nodiscard]] std::uint64_t expected_rows() const override {
        return static_cast<std::uint64_t>(limit_);
    }

private:
    const std::int64_t limit_;
};

} // namespace

Source open_sales_by_country(mysql::Session& /*session*/, const Json& /*parameters*/) {
    return std::make_unique<SalesByCountry>();
}

Source open_top_customers(mysql::Session& /*session*/, const Json& parameters) {
    return std::make_unique<TopCustomers>(parameters.value("limit", std::int64_t{1}));
}

Source open_invoice_list(mysql::Session& /*session*/, const Json& /*parameters*/) {
    return std::make_unique<PagedQuery>(
        invoices_sql,
        std::vector<ReportColumn>{
            {"invoice_id", ReportColumnType::integer},
            {"customer_id", ReportColumnType::integer},
            {"invoice_date", ReportColumnType::text},
            {"billing_address", ReportColumnType::text},
            {"billing_city", ReportColumnType::text},
            {"billing_state", ReportColumnType::text},
            {"billing_country", ReportColumnType::text},
            {"billing_postal_code", ReportColumnType::text},
            {"total", ReportColumnType::decimal}}
    );
}

} // namespace bgerp::reports

#include "tenant_db/modules/reports/report_catalog.hpp"

#include "base/iso_date.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"
#include "tenant_db/modules/reports/hr_reports.hpp"
#include "tenant_db/modules/reports/sales_reports.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace bgerp::reports {

namespace {

constexpr std::array period_only{ReportParameter{"period", ParameterType::period, true, {}}};
constexpr std::array date_only{ReportParameter{"date", ParameterType::date, false, {}}};
constexpr std::array limit_only{ReportParameter{"limit", ParameterType::count, false, "10"}};

constexpr std::array<ReportDefinition, 6> reports{{
    {"payroll_register", "Payroll register of a month", "hr", period_only, open_payroll_register},
    {"headcount_by_department", "Headcount by department", "hr", date_only, open_headcount},
    {"employees", "All employees", "hr", {}, open_employee_list},
    {"sales_by_country", "Sales by country", "sales", {}, open_sales_by_country},
    {"top_customers", "Customers by sales", "sales", limit_only, open_top_customers},
    {"invoices", "All invoices", "sales", {}, open_invoice_list},
}};

std::string_view type_name(ParameterType type) {
    switch (type) {
    case ParameterType::period:
        return "period";
    case ParameterType::date:
        return "date";
    case ParameterType::count:
        break;
    }
    return "count";
}

tl::unexpected<Error> bad_parameter(const ReportParameter& parameter, const std::string& what) {
    const std::string name(parameter.name);
    return fail(ErrorCode::invalid_argument, name + " " + what, name);
}

bool is_relative(ParameterType type, const std::string& text) {
    return type == ParameterType::period
               ? text == "this_month" || text == "last_month"
               : type == ParameterType::date && (text == "today" || text == "yesterday");
}

Result<Json> check_value(const ReportParameter& parameter, const std::string& text) {
    if (is_relative(parameter.type, text)) {
        return text;
    }
    switch (parameter.type) {
    case ParameterType::period:
        if (!hr::parse_payroll_period(text)) {
            return bad_parameter(
                parameter,
                "must be a month, as YYYY-MM, last_month or this_month"
            );
        }
        return text;
    case ParameterType::date:
        if (!parse_iso_date(text)) {
            return bad_parameter(parameter, "must be a day, as YYYY-MM-DD, today or yesterday");
        }
        return text;
    case ParameterType::count:
        break;
    }
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < 1 || number > count_max) {
        return bad_parameter(
            parameter,
            "must be a whole number from 1 to " + std::to_string(count_max)
        );
    }
    return number;
}

Result<void> refuse_unknown(const ReportDefinition& report, const Json& given) {
    for (const auto& item : given.items()) {
        if (std::none_of(
                report.parameters.begin(),
                report.parameters.end(),
                [&](const ReportParameter& parameter) { return item.key() == parameter.name; }
            )) {
            return fail(
                ErrorCode::invalid_argument,
                "the report " + std::string(report.name) + " has no parameter \"" + item.key() +
                    "\"",
                item.key()
            );
        }
    }
    return {};
}

} // namespace

std::span<const ReportDefinition> all_reports() {
    return reports;
}

Result<const ReportDefinition*> find_report(std::string_view name) {
    std::string names;
    for (const ReportDefinition& report : reports) {
        if (report.name == name) {
            return &report;
        }
        names += (names.empty() ? "" : ", ") + std::string(report.name);
    }
    return fail(
        ErrorCode::not_found,
        "there is no report \"" + std::string(name) + "\"; there are " + names,
        "report"
    );
}

Result<Json> check_parameters(const ReportDefinition& report, const Json& given) {
    const Json values = given.is_null() ? Json::object() : given;
    if (!values.is_object()) {
        return fail(ErrorCode::invalid_argument, "parameters must be an object", "parameters");
    }
    if (auto known = refuse_unknown(report, values); !known) {
        return tl::unexpected<Error>(known.error());
    }
    Json checked = Json::object();
    for (const ReportParameter& parameter : report.parameters) {
        const std::string name(parameter.name);
        std::string text(parameter.preset);
        if (const auto value = values.find(name); value != values.end() && !value->is_null()) {
            text = value->is_string() ? value->get<std::string>() : value->dump();
        }
        if (text.empty()) {
            if (parameter.required) {
                return bad_parameter(parameter, "is missing");
            }
            continue;
        }
        auto value = check_value(parameter, text);
        if (!value) {
            return value;
        }
        checked[name] = std::move(*value);
    }
    return checked;
}

Json resolve_parameters(
    const ReportDefinition& report, Json checked, std::chrono::year_month_day today
) {
    constexpr std::size_t month_size = 7; // YYYY-MM
    for (const ReportParameter& parameter : report.parameters) {
        const auto found = checked.find(std::string(parameter.name));
        if (found == checked.end() || !found->is_string()) {
            continue;
        }
        const auto text = found->get<std::string>();
        if (!is_relative(parameter.type, text)) {
            continue;
        }
        if (parameter.type == ParameterType::date) {
            const std::chrono::sys_days day =
                std::chrono::sys_days(today) - std::chrono::days(text == "yesterday" ? 1 : 0);
            *found = format_iso_date(day);
        } else {
            const auto month = today.year() / today.month() / std::chrono::day(1) -
                               std::chrono::months(text == "last_month" ? 1 : 0);
            *found = format_iso_date(month).substr(0, month_size);
        }
    }
    return checked;
}

Json describe_report(const ReportDefinition& report) {
    Json parameters = Json::array();
    for (const ReportParameter& parameter : report.parameters) {
        Json json{
            {"name", parameter.name},
            {"type", type_name(parameter.type)},
            {"required", parameter.required}};
        if (!parameter.preset.empty()) {
            json["default"] = parameter.preset;
        }
        parameters.push_back(std::move(json));
    }
    return {
        {"name", report.name},
        {"title", report.title},
        {"module", report.module},
        {"parameters", std::move(parameters)}};
}

} // namespace bgerp::reports

#include "tenant_db/data/select_sql.hpp"

#include "tenant_db/data/bindable.hpp"

#include <algorithm>

namespace bgerp::data {

namespace {

std::string quoted(const Column& column) {
    return "`" + column.name + "`";
}

Result<const Column*> column_of(const TableShape& shape, const std::string& name) {
    const Column* column = shape.find(name);
    if (column == nullptr) {
        return fail(ErrorCode::invalid_argument, "no such column: " + name, name);
    }
    return column;
}

std::string_view symbol_of(Operator op) {
    switch (op) {
    case Operator::neq:
        return " <> ?";
    case Operator::gt:
        return " > ?";
    case Operator::gte:
        return " >= ?";
    case Operator::lt:
        return " < ?";
    case Operator::lte:
        return " <= ?";
    case Operator::is_null:
        return " IS NULL";
    case Operator::is_true:
        return " IS TRUE";
    case Operator::is_false:
        return " IS FALSE";
    default:
        return " = ?";
    }
}

// Builds the WHERE part of one statement.
class Where {
public:
    Where(const TableShape& shape, Select& select)
        : shape_(shape)
        , select_(select) {}

    Result<void> append(const Condition& condition) {
        select_.sql.append(condition.negated ? "NOT (" : "(");
        auto appended =
            condition.kind == Condition::Kind::compare ? compare(condition) : join(condition);
        select_.sql.append(")");
        return appended;
    }

    // Rows behind the cursor: greater in the first column, or equal in it and greater in the
    // second, … NULL comes first in ascending order and last in descending.
    void append_after(const std::vector<OrderTerm>& order, const CursorValues& after) {
        select_.sql.append("(");
        for (std::size_t i = 0; i < order.size(); ++i) {
            select_.sql.append(i == 0 ? "(" : " OR (");
            for (std::size_t j = 0; j < i; ++j) {
                bind_equal(quoted(*shape_.find(order[j].column)), after[j]);
                select_.sql.append(" AND ");
            }
            behind(quoted(*shape_.find(order[i].column)), order[i].descending, after[i]);
            select_.sql.append(")");
        }
        select_.sql.append(")");
    }

private:
    Result<void> join(const Condition& condition) {
        const char* separator = condition.kind == Condition::Kind::all ? " AND " : " OR ";
        if (condition.parts.empty()) {
            select_.sql.append("TRUE");
        }
        for (std::size_t i = 0; i < condition.parts.size(); ++i) {
            select_.sql.append(i == 0 ? "" : separator);
            if (auto appended = append(condition.parts[i]); !appended) {
                return appended;
            }
        }
        return {};
    }

    Result<void> compare(const Condition& condition) {
        const auto column = column_of(shape_, condition.column);
        if (!column) {
            return tl::unexpected<Error>(column.error());
        }
        select_.sql.append(quoted(**column));
        switch (condition.op) {
        case Operator::like:
            // With a collation of its own, so that case counts whatever the column's is.
            pattern(" COLLATE utf8mb4_bin LIKE ?", condition.values.front(), **column);
            break;
        case Operator::ilike:
            pattern(" COLLATE utf8mb4_unicode_ci LIKE ?", condition.values.front(), **column);
            break;
        case Operator::in:
            select_.sql.append(" IN (");
            for (std::size_t i = 0; i < condition.values.size(); ++i) {
                select_.sql.append(i == 0 ? "?" : ", ?");
            }
            select_.sql.append(")");
            return bind(**column, condition.values);
        default:
            select_.sql.append(symbol_of(condition.op));
            return bind(**column, condition.values);
        }
        return {};
    }

    Result<void> bind(const Column& column, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            auto text = bindable(column, value);
            if (!text) {
                return tl::unexpected<Error>(std::move(text.error()));
            }
            select_.values.push_back(std::move(*text));
        }
        return {};
    }

    void pattern(const char* sql, std::string value, const Column& column) {
        std::replace(value.begin(), value.end(), '*', '%'); // '%' needs escaping in a URL
        const std::string name = quoted(column);
        select_.sql.erase(select_.sql.size() - name.size());
        select_.sql.append("CONVERT(" + name + " USING utf8mb4)").append(sql);
        select_.values.push_back(std::move(value));
    }

    void bind_equal(const std::string& column, const std::optional<std::string>& value) {
        select_.sql.append(column).append(value ? " = ?" : " IS NULL");
        if (value) {
            select_.values.push_back(*value);
        }
    }

    void
    behind(const std::string& column, bool descending, const std::optional<std::string>& value) {
        if (!value) {
            select_.sql.append(descending ? "FALSE" : column + " IS NOT NULL");
            return;
        }
        select_.sql.append(
            descending ? "(" + column + " < ? OR " + column + " IS NULL)" : column + " > ?"
        );
        select_.values.push_back(*value);
    }

    const TableShape& shape_;
    Select& select_;
};

} // namespace

Result<std::vector<OrderTerm>>
complete_order(const TableShape& shape, const std::vector<OrderTerm>& order) {
    std::vector<OrderTerm> complete;
    const auto has = [&](const std::string& name) {
        return std::any_of(complete.begin(), complete.end(), [&](const OrderTerm& term) {
            return term.column == name;
        });
    };
    for (const OrderTerm& term : order) {
        if (const auto column = column_of(shape, term.column); !column) {
            return tl::unexpected<Error>(column.error());
        }
        if (!has(term.column)) {
            complete.push_back(term);
        }
    }
    for (const std::string& name : shape.primary_key) {
        if (!has(name)) {
            complete.push_back({name, false});
        }
    }
    return complete;
}

Result<std::vector<const Column*>>
selected_columns(const TableShape& shape, const DataQuery& query) {
    std::vector<const Column*> columns;
    if (query.select.empty()) {
        for (const Column& column : shape.columns) {
            columns.push_back(&column);
        }
    }
    for (const std::string& name : query.select) {
        const auto column = column_of(shape, name);
        if (!column) {
            return fail(ErrorCode::invalid_argument, column.error().message, "select");
        }
        columns.push_back(*column);
    }
    return columns;
}

Result<Select>
compose_select(const TableShape& shape, const DataQuery& query, const CursorValues& after) {
    auto columns = selected_columns(shape, query);
    if (!columns) {
        return tl::unexpected<Error>(std::move(columns.error()));
    }
    Select select;
    std::string order_by;
    for (const Column* column : *columns) {
        select.sql.append(select.sql.empty() ? "SELECT " : ", ").append(quoted(*column));
    }
    for (const OrderTerm& term : query.order) {
        const std::string name = quoted(*shape.find(term.column));
        select.sql.append(", ").append(name);
        order_by.append(order_by.empty() ? " ORDER BY " : ", ").append(name);
        order_by.append(term.descending ? " DESC" : "");
    }
    select.sql.append(" FROM `" + shape.table + "` WHERE ");
    Where where(shape, select);
    if (auto appended = where.append(query.where); !appended) {
        return tl::unexpected<Error>(std::move(appended.error()));
    }
    if (!after.empty()) {
        select.sql.append(" AND ");
        where.append_after(query.order, after);
    }
    select.sql.append(order_by + " LIMIT " + std::to_string(query.limit + 1));
    return select;
}

Result<Select> compose_count(const TableShape& shape, const DataQuery& query) {
    Select select{"SELECT COUNT(*) FROM `" + shape.table + "` WHERE ", {}};
    if (auto appended = Where(shape, select).append(query.where); !appended) {
        return tl::unexpected<Error>(std::move(appended.error()));
    }
    return select;
}

} // namespace bgerp::data

#include "server/routes/imports.hpp"

#include "server/http/upload_file.hpp"
#include "server/middleware/idempotency.hpp"
#include "server/routes/download.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/start_import.hpp"

namespace bgerp::server {

namespace {

constexpr std::size_t name_size_max = 255;

TenantStorage storage_of(const Call& call) {
    return TenantStorage(call.services.config.storage.dir, call.tenant->code);
}

Result<data_import::ImportOrder> order_of(const Call& call) {
    data_import::ImportOrder order;
    order.target = call.query("to");
    order.original_name = call.query("name").substr(0, name_size_max);
    if (order.target.empty()) {
        return fail(ErrorCode::invalid_argument, "what is to be loaded?", "to");
    }
    if (const std::string mode = call.query("mode"); !mode.empty()) {
        order.mode = mode;
    }
    if (const std::string queue_name = call.query("queue"); !queue_name.empty()) {
        order.queue = queue_name;
    }
    const auto dry_run = boolean_query(call, "dry_run", false);
    if (!dry_run) {
        return tl::unexpected<Error>(dry_run.error());
    }
    order.dry_run = *dry_run;
    if (const std::string map = call.query("map"); !map.empty()) {
        auto mapping = parse_json(map);
        if (!mapping) {
            mapping.error().field = "map";
            return tl::unexpected<Error>(std::move(mapping.error()));
        }
        order.mapping = std::move(*mapping);
    }
    if (auto checked = data_import::check_order(order); !checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    return order;
}

Result<http::Response>
start(Call& call, const data_import::ImportOrder& order, const std::string& content) {
    return run_once(call, content, [&](mysql::Transaction& transaction) -> Result<http::Response> {
        const auto started = data_import::start_import(transaction, order);
        if (!started) {
            return tl::unexpected<Error>(started.error());
        }
        return http::with_header(
            http::json_response(202, {{"id", started->import_id}, {"job", started->job_uuid}}),
            "Location",
            "/api/v1/imports/" + std::to_string(started->import_id)
        );
    });
}

} // namespace

Result<http::Response> create_import(Call& call) {
    auto& upload = dynamic_cast<http::UploadFile&>(*call.request.sink);
    auto order = order_of(call);
    if (!order) {
        return tl::unexpected<Error>(std::move(order.error()));
    }
    if (upload.size() == 0) {
        return fail(ErrorCode::invalid_argument, "the file is empty");
    }
    const std::string content = upload.sha256_hex();
    const TenantStorage storage = storage_of(call);
    order->file = {TenantStorage::new_name("imports", ".csv"), upload.size()};
    if (auto moved = upload.move_to(storage.path(order->file.name)); !moved) {
        return tl::unexpected<Error>(std::move(moved.error()));
    }
    auto response = start(call, *order, content);
    // A replayed answer is about the first upload's file; this one is dropped with the request.
    if (response && response->headers.find("Idempotency-Replayed").empty()) {
        upload.keep();
        call.ring();
    }
    return response;
}

Result<http::Response> list_imports(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    const auto before =
        integer_query(call, "before", 0, 0, std::numeric_limits<std::int64_t>::max());
    if (!limit || !before) {
        return tl::unexpected<Error>(limit ? before.error() : limit.error());
    }
    return http::json_response(
        200,
        {{"imports",
          data_import::list_imports(
              *call.pool->acquire(call.deadline()),
              static_cast<std::uint64_t>(*before),
              static_cast<std::size_t>(*limit)
          )}}
    );
}

Result<http::Response> show_import(Call& call) {
    const auto id = id_param(call);
    if (!id) {
        return tl::unexpected<Error>(id.error());
    }
    const auto import = data_import::show_import(*call.pool->acquire(call.deadline()), *id);
    if (!import) {
        return tl::unexpected<Error>(import.error());
    }
    return http::json_response(200, *import);
}

Result<http::Response> download_import_errors(Call& call) {
    const auto id = id_param(call);
    if (!id) {
        return tl::unexpected<Error>(id.error());
    }
    const auto import = data_import::load_import(*call.pool->acquire(call.deadline()), *id);
    if (!import) {
        return tl::unexpected<Error>(import.error());
    }
    if (import->cursor.rejected == 0) {
        return fail(ErrorCode::not_found, "no row of this import was rejected so far");
    }
    return download(
        call,
        storage_of(call).path(import->errors_file_name()),
        "text/csv; charset=utf-8",
        "import-" + std::to_string(*id) + "-errors.csv"
    );
}

} // namespace bgerp::server

#include "tenant_db/modules/data_import/start_import.hpp"

#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/import_target.hpp"
#include "tenant_db/queue/enqueue.hpp"

#include <algorithm>

namespace bgerp::data_import {

namespace {

Result<void> check_mapping(const Json& mapping, const ImportTarget& target) {
    if (mapping.is_null()) {
        return {};
    }
    if (!mapping.is_object()) {
        return fail(ErrorCode::invalid_argument, "the mapping must be an object", "mapping");
    }
    for (const auto& [title, field] : mapping.items()) {
        const bool known =
            field.is_null() || (field.is_string() &&
                                std::any_of(
                                    target.columns.begin(),
                                    target.columns.end(),
                                    [&, wanted = field](const ImportColumn& column) {
                                        return wanted.get_ref<const std::string&>() == column.name;
                                    }
                                ));
        if (!known) {
            return fail(
                ErrorCode::invalid_argument,
                "the mapping of \"" + title + "\" names no field of " + std::string(target.name),
                "mapping"
            );
        }
    }
    return {};
}

} // namespace

Result<void> check_order(const ImportOrder& order) {
    const ImportTarget* target = find_import_target(order.target);
    if (target == nullptr) {
        return fail(
            ErrorCode::invalid_argument,
            "nothing can be imported to \"" + order.target + "\": choose one of " +
                import_target_names(),
            "target"
        );
    }
    if (order.mode != "insert" && order.mode != "upsert") {
        return fail(ErrorCode::invalid_argument, "the mode must be insert or upsert", "mode");
    }
    return check_mapping(order.mapping, *target);
}

Result<StartedImport> start_import(mysql::Transaction& transaction, const ImportOrder& order) {
    if (auto checked = check_order(order); !checked) {
        return tl::unexpected<Error>(checked.error());
    }
    StartedImport started;
    started.job_uuid = new_uuid();
    ImportRecord import;
    import.target = order.target;
    import.mode = order.mode == "upsert" ? ImportMode::upsert : ImportMode::insert;
    import.dry_run = order.dry_run;
    import.mapping = order.mapping;
    import.file_name = order.file.name;
    import.file_bytes = order.file.bytes;
    started.import_id = insert_import(transaction, import, order.original_name, started.job_uuid);
    queue::NewJob job;
    job.kind = import_kind;
    job.args = {{"import_id", started.import_id}};
    job.queue = order.queue;
    job.uuid = started.job_uuid;
    auto enqueued = queue::enqueue(transaction, queue::QueueSchema::current(), job);
    if (!enqueued) {
        return tl::unexpected<Error>(enqueued.error());
    }
    return started;
}

} // namespace bgerp::data_import

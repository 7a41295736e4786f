#include "worker/handlers/payroll_run.hpp"

#include "tenant_db/modules/hr/run_payroll.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

class PayrollRunHandler final : public Handler {
public:
    Result<Json> run(JobContext& context) override {
        const Json& args = context.args();
        const auto text = args.find("period");
        const bool given = text != args.end() && text->is_string();
        const auto period = hr::parse_payroll_period(given ? text->get<std::string>() : "");
        if (!period) {
            return tl::unexpected<Error>(period.error());
        }
        hr::PayrollRequest request{*period, context.envelope().uuid, std::nullopt};
        if (const auto id = args.find("run_id"); id != args.end() && id->is_number_unsigned()) {
            request.run_id = id->get<std::uint64_t>();
        }
        return hr::run_payroll(context.pool(), context, request);
    }
};

} // namespace

std::unique_ptr<Handler> make_payroll_run_handler() {
    return std::make_unique<PayrollRunHandler>();
}

} // namespace bgerp::worker

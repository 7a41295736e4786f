#include "base/json.hpp"
#include "tenant_db/modules/reports/formats.hpp"

#include <vector>

namespace bgerp::reports {

namespace {

// No reader of ours has a limit; a row of more members than this is a mistake in the report.
constexpr std::size_t columns_max = 4096;

// An array of one object a row, a row a line, so that it can be read line by line as well.
class JsonReportWriter final : public ReportWriter {
public:
    explicit JsonReportWriter(std::string path)
        : path_(std::move(path)) {}

    Result<void> begin(std::span<const ReportColumn> columns) override {
        auto file = open_report_file(path_, columns.size(), columns_max);
        if (!file) {
            return tl::unexpected<Error>(std::move(file.error()));
        }
        file_.emplace(std::move(*file));
        for (const ReportColumn& column : columns) {
            members_.push_back({to_text(Json(column.name)) + ":", column.type});
        }
        return file_->append("[");
    }

    Result<void> row(std::span<const ReportValue> values) override {
        require_value_count(values.size(), members_.size());
        line_ = rows_++ == 0 ? "\n" : ",\n";
        for (std::size_t i = 0; i < values.size(); ++i) {
            line_ += i == 0 ? '{' : ',';
            line_ += members_[i].name;
            append_value(members_[i].type, values[i]);
        }
        line_ += '}';
        return file_->append(line_);
    }

    Result<std::uint64_t> finish() override {
        return file_->append("\n]\n").and_then([this] { return file_->commit(); }
        ).map([this] { return rows_; });
    }

private:
    struct Member {
        std::string name; // quoted, with its colon
        ReportColumnType type;
    };

    void append_value(ReportColumnType type, ReportValue value) {
        if (!value) {
            line_ += "null";
        } else if (type == ReportColumnType::integer && is_plain_integer(*value)) {
            line_ += *value;
        } else {
            line_ += to_text(Json(*value));
        }
    }

    std::string path_;
    std::optional<AtomicFile> file_;
    std::vector<Member> members_;
    std::string line_;
    std::uint64_t rows_ = 0;
};

} // namespace

std::unique_ptr<ReportWriter> make_json_writer(const std::string& path) {
    return std::make_unique<JsonReportWriter>(path);
}

} // namespace bgerp::reports

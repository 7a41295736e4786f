#include "base/csv_writer.hpp"

#include "tenant_db/modules/reports/formats.hpp"

#include <vector>

namespace bgerp::reports {

namespace {

// As many as the CSV reader takes back.
constexpr std::size_t columns_max = 4096;

class CsvReportWriter final : public ReportWriter {
public:
    explicit CsvReportWriter(std::string path)
        : path_(std::move(path)) {}

    Result<void> begin(std::span<const ReportColumn> columns) override {
        auto file = open_report_file(path_, columns.size(), columns_max);
        if (!file) {
            return tl::unexpected<Error>(std::move(file.error()));
        }
        file_.emplace(std::move(*file));
        cells_.resize(columns.size());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            cells_[i] = columns[i].name;
        }
        return write_cells();
    }

    Result<void> row(std::span<const ReportValue> values) override {
        require_value_count(values.size(), cells_.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            cells_[i] = values[i].value_or(std::string_view());
        }
        ++rows_;
        return write_cells();
    }

    Result<std::uint64_t> finish() override {
        return file_->commit().map([this] { return rows_; });
    }

private:
    Result<void> write_cells() {
        line_.clear();
        append_csv_record(line_, cells_);
        return file_->append(line_);
    }

    std::string path_;
    std::optional<AtomicFile> file_;
    std::vector<std::string_view> cells_; // of the row being written
    std::string line_;
    std::uint64_t rows_ = 0;
};

} // namespace

std::unique_ptr<ReportWriter> make_csv_writer(const std::string& path) {
    return std::make_unique<CsvReportWriter>(path);
}

} // namespace bgerp::reports

#include "tenant_db/modules/reports/xlsx_check.hpp"

#include <array>
#include <memory>
#include <minizip/unzip.h>
#include <optional>
#include <string_view>
#include <vector>

namespace bgerp::reports {

namespace {

constexpr std::string_view sheet_part = "xl/worksheets/sheet1.xml";
constexpr std::string_view rows_start = "<sheetData>";
constexpr std::string_view rows_end = "</sheetData>";

struct CloseArchive {
    void operator()(void* archive) const { unzClose(archive); }
};

// Finds the two tags in text that comes in blocks; a tag may be split over two.
class RowsSpan {
public:
    void take(std::string_view block) {
        text_ += block;
        if (!start_) {
            find(rows_start, start_);
        }
        if (start_) {
            find(rows_end, end_);
        }
        const std::size_t keep = rows_end.size() - 1;
        if (text_.size() > keep) {
            passed_ += text_.size() - keep;
            text_.erase(0, text_.size() - keep);
        }
    }

    /// Bytes between the tags, once both were seen.
    [[nodiscard]] std::optional<std::uint64_t> length() const {
        return start_ && end_ ? std::optional(*end_ - *start_ - rows_start.size()) : std::nullopt;
    }

private:
    void find(std::string_view tag, std::optional<std::uint64_t>& offset) {
        const std::size_t at = text_.find(tag);
        if (!offset && at != std::string::npos) {
            offset = passed_ + at;
        }
    }

    std::string text_; // the block and the end of the one before
    std::uint64_t passed_ = 0;
    std::optional<std::uint64_t> start_;
    std::optional<std::uint64_t> end_;
};

tl::unexpected<Error> damaged(const std::string& part) {
    return fail(
        ErrorCode::storage_full,
        "the XLSX file is incomplete: the disk is full, or failed while it was written",
        {},
        part
    );
}

// The part that the archive stands at.
Result<void> check_part(void* archive, const std::string& name, std::uint64_t sheet_bytes) {
    if (unzOpenCurrentFile(archive) != UNZ_OK) {
        return damaged(name);
    }
    std::vector<char> block(std::size_t{64} << 10U);
    RowsSpan rows;
    char first = '\0';
    char last = '\0';
    for (;;) {
        const int count =
            unzReadCurrentFile(archive, block.data(), static_cast<unsigned>(block.size()));
        if (count < 0) {
            return damaged(name);
        }
        if (count == 0) {
            break;
        }
        const std::string_view text(block.data(), static_cast<std::size_t>(count));
        first = first == '\0' ? text.front() : first;
        if (const std::size_t end = text.find_last_not_of('\n'); end != std::string_view::npos) {
            last = text[end];
        }
        if (name == sheet_part) {
            rows.take(text);
        }
    }
    // Closing tells whether the checksum was right.
    const bool whole = unzCloseCurrentFile(archive) == UNZ_OK && first == '<' && last == '>';
    const bool all_rows = name != sheet_part || rows.length() == sheet_bytes;
    return whole && all_rows ? Result<void>() : damaged(name);
}

} // namespace

Result<void> check_xlsx(const std::string& path, std::uint64_t sheet_bytes) {
    const std::unique_ptr<void, CloseArchive> archive(unzOpen64(path.c_str()));
    if (!archive) {
        return damaged("archive");
    }
    bool sheet_seen = false;
    int position = unzGoToFirstFile(archive.get());
    for (; position == UNZ_OK; position = unzGoToNextFile(archive.get())) {
        std::array<char, 256> name{};
        if (unzGetCurrentFileInfo64(
                archive.get(),
                nullptr,
                name.data(),
                name.size() - 1,
                nullptr,
                0,
                nullptr,
                0
            ) != UNZ_OK) {
            return damaged("archive");
        }
        if (auto checked = check_part(archive.get(), name.data(), sheet_bytes); !checked) {
            return checked;
        }
        sheet_seen = sheet_seen || name.data() == sheet_part;
    }
    return sheet_seen && position == UNZ_END_OF_LIST_OF_FILE ? Result<void>() : damaged("archive");
}

} // namespace bgerp::reports

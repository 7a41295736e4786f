// A file that is there whole or not at all: written beside its place under `path.tmp`, synced to
// the disk, and renamed at commit(). Reports, exports and errors files are made with it. Every
// write is checked, because a full disk shows itself at any of them. Two writers of one path
// exclude each other by a lock that the kernel gives back when a process dies; what a dead writer
// left is written over. One thread at a time; calls block on the disk.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace bgerp {

class AtomicFile {
public:
    /// Starts an empty `path.tmp`, readable by its owner alone. Fails with conflict when somebody
    /// else is writing the same file, not_found when there is no such folder, forbidden,
    /// storage_full.
    [[nodiscard]] static Result<AtomicFile> create(std::string path);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;

    /// Without commit(), removes `path.tmp`.
    ~AtomicFile();

    /// Adds to the file; collected and written in large blocks. Fails with storage_full or
    /// internal; the file can't be committed any more then.
    [[nodiscard]] Result<void> append(std::string_view bytes);

    /// Writes what is collected, syncs and renames. After a failure nothing of `path` has changed,
    /// except when the very last sync of the folder failed: then the file is in its place already.
    [[nodiscard]] Result<void> commit();

    /// For libraries that write by themselves: they open and fill this name instead of append().
    [[nodiscard]] const std::string& temporary_path() const { return temporary_path_; }

private:
    AtomicFile(std::string path, std::string temporary_path, int descriptor);

    [[nodiscard]] Result<void> flush();

    std::string path_;
    std::string temporary_path_;
    std::string buffer_;
    int descriptor_ = -1;
    bool failed_ = false;
};

} // namespace bgerp

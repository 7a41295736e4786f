#include "core_db/master_key.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace bgerp::core_db {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes = 32;
constexpr mode_t owner_only = 0600;

std::string error_text() {
    return std::generic_category().message(errno);
}

tl::unexpected<Error> cannot_write(const std::string& path) {
    return fail(
        ErrorCode::internal,
        "the master key file '" + path + "' can't be written: " + error_text()
    );
}

bool write_all(const std::string& path, const std::string& text) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
    if (file < 0) {
        return false;
    }
    const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const bool durable = written && fsync(file) == 0;
    return close(file) == 0 && durable;
}

// A link appears whole or not at all, and never replaces a key that another program made meanwhile.
Result<void> create(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    std::error_code error;
    if (!folder.empty() && fs::create_directories(folder, error)) {
        fs::permissions(folder, fs::perms::owner_all, error);
    }
    const std::string unfinished = path + "." + random_hex(4);
    if (!write_all(unfinished, random_hex(key_bytes) + "\n")) {
        return cannot_write(path);
    }
    const bool linked = link(unfinished.c_str(), path.c_str()) == 0 || errno == EEXIST;
    if (!linked) {
        auto failed = cannot_write(path);
        unlink(unfinished.c_str());
        return failed;
    }
    unlink(unfinished.c_str());
    return {};
}

} // namespace

Result<MasterKey> MasterKey::load(const std::string& path) {
    struct stat status {};

    if (stat(path.c_str(), &status) != 0) {
        return fail(
            ErrorCode::not_found,
            "no master key file '" + path +
                "'; `bgerp db start` or `bgerp migrate core` makes one, a machine that joins "
                "others needs theirs"
        );
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(
            ErrorCode::forbidden,
            "the master key file '" + path + "' may be read by others: chmod 600 it"
        );
    }
    std::ifstream file(path);
    std::string key;
    std::getline(file, key);
    const bool is_hex = key.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_hex || key.size() != 2 * key_bytes) {
        return fail(
            ErrorCode::invalid_argument,
            "the master key file '" + path + "' can't be read or does not hold a key"
        );
    }
    return MasterKey(std::move(key));
}

Result<MasterKey> MasterKey::load_or_create(const std::string& path) {
    if (!fs::exists(path)) {
        if (auto created = create(path); !created) {
            return tl::unexpected(std::move(created.error()));
        }
    }
    return load(path);
}

std::string MasterKey::derive(std::string_view purpose) const {
    return hmac_sha256_hex(key_, purpose);
}

} // namespace bgerp::core_db

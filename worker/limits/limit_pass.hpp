// What a job in hand was admitted by: the keys it counts for, and where it stands with them. Lives
// in the job; when it goes, its place is given back to the book, whatever became of the job. Moved
// through its stages by the book alone, under the book's lock.
#pragma once

#include <cstdint>
#include <vector>

namespace bgerp::worker {

class LimitBook;
struct KeyState;

class LimitPass {
public:
    enum class Stage { admitted, running, ended };

    LimitPass(LimitBook& book, std::vector<KeyState*> keys, bool tells_breakers)
        : book_(book)
        , keys_(std::move(keys))
        , tells_breakers_(tells_breakers) {}

    LimitPass(const LimitPass&) = delete;
    LimitPass& operator=(const LimitPass&) = delete;
    ~LimitPass();

    [[nodiscard]] const std::vector<KeyState*>& keys() const { return keys_; }

    /// Whether a breaker wants to know how its attempts end.
    [[nodiscard]] bool tells_breakers() const { return tells_breakers_; }

private:
    friend class LimitBook;

    LimitBook& book_;
    const std::vector<KeyState*> keys_; // never empty
    const bool tells_breakers_;
    Stage stage_ = Stage::admitted;
    std::int64_t began_us_ = 0;
};

} // namespace bgerp::worker

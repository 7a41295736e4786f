// The queue's verbs, each with the state of the tables that it is called in and a call on a given
// pool: for tests that do the same to all of them.
#pragma once

#include "tests/conformance/queue_fixture.hpp"
#include "tests/conformance/table_dump.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bgerp::queue {

struct VerbCase {
    std::function<void()> arrange; // from empty tables
    std::function<void(mysql::Pool&)> call;
    bool in_steps = false; // several transactions: may stop between them
};

class VerbFixture : public QueueFixture {
protected:
    VerbFixture();

    /// By name. Valid as long as the fixture.
    [[nodiscard]] std::map<std::string, VerbCase> cases();

public:
    [[nodiscard]] static std::vector<const char*> names();

private:
    /// Three jobs: tracked, untracked, tracked in a later priority.
    void push_three();
    /// The same, reserved by `me`.
    void hold_three();
    void push_batch(bool allow_failures);
    /// A batch whose two members have ended, the second as told, and that isn't settled.
    void end_batch(bool failed);
    void fail_one();

    [[nodiscard]] NewJob known(int number) const;
    [[nodiscard]] Completion completion(std::size_t index) const;

    using Cases = std::map<std::string, VerbCase>;
    void add_ways_in(Cases& cases);
    void add_holders(Cases& cases);
    void add_moves(Cases& cases);
    void add_peoples(Cases& cases);
    void add_batches(Cases& cases);
    void add_foreign(Cases& cases);

    std::vector<ReservedJob> held_;
    std::string batch_;
};

} // namespace bgerp::queue

// A remote worker's calls, for the tests of them.
#pragma once

#include "tests/api/api_fixture.hpp"

namespace bgerp::server {

class RemoteWork : public ApiTest {
protected:
    static constexpr const char* queue_path = "/api/v1/queues/remote.paint/reserve";

    RemoteWork() {
        config_.queue.remote_kinds = {"paint", "frame"};
        config_.queue.max_tries = 3;
    }

    std::string push(Json job = Json::object()) {
        job["kind"] = job.value("kind", "paint");
        const Answer pushed = post("/api/v1/jobs", job);
        EXPECT_EQ(pushed.status, 202) << pushed.raw.body;
        return pushed.json.value("uuid", "");
    }

    Json reserve(const Json& order = Json::object()) {
        const Answer answer = post(queue_path, order);
        EXPECT_EQ(answer.status, 200) << answer.raw.body;
        return answer.json.value("jobs", Json::array());
    }

    /// The only job there is to reserve.
    Json take() {
        Json jobs = reserve();
        EXPECT_EQ(jobs.size(), 1U);
        return jobs.empty() ? Json::object() : jobs[0];
    }

    Answer say(const Json& job, const std::string& verb, Json more = Json::object()) {
        more["lease"] = job.value("lease", "");
        return post("/api/v1/jobs/" + job.value("uuid", "") + "/" + verb, more);
    }

    [[nodiscard]] std::string waiting_reservation() const {
        const std::string body = R"({"wait_s":20})";
        return "POST " + std::string(queue_path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
               "Authorization: Bearer " + token_ + "\r\nContent-Type: application/json\r\n" +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

    Json shown(const std::string& uuid) { return get("/api/v1/jobs/" + uuid).json; }

    std::string state(const std::string& uuid) { return shown(uuid).value("state", ""); }

    void execute(const std::string& sql) {
        mysql::Connection connection(platform_.database().admin(tenants_[0].database));
        connection.execute(sql);
    }

    void age_leases(int seconds) {
        execute(
            "UPDATE jobs SET reserved_at = reserved_at - " + std::to_string(seconds) +
            " WHERE reserved_at IS NOT NULL"
        );
    }
};

} // namespace bgerp::server

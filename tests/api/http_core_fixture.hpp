// An application of the tests' own under the real HTTP core, and the requests to ask it. Each test
// sets the options it wants and calls start(). No database.
#pragma once

#include "server/http/http_server.hpp"
#include "server/http/problem.hpp"
#include "server/http/upload_file.hpp"
#include "tests/api/raw_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>

namespace bgerp::http {

inline constexpr std::size_t body_max = 4096;
inline constexpr std::size_t upload_max = 1024UL * 1024 * 1024;

// /echo answers with the body, /wait blocks until released, /upload counts, /file sends one.
class EchoApplication final : public Application {
public:
    Plan plan(Request& request) noexcept override {
        Plan plan;
        const std::string& path = request.target.path;
        plan.run = path == "/echo" ? Plan::Run::on_network_thread : Plan::Run::blocking;
        plan.body = path == "/upload" ? Plan::Body::stream : Plan::Body::memory;
        plan.body_bytes_max = body_max;
        if (path == "/refuse") {
            plan.run = Plan::Run::refuse;
            plan.refusal = problem_response({404, "not_found", {}, {}}, request.request_id);
        }
        return plan;
    }

    bool admit(Request& request, Response& refusal) noexcept override {
        if (request.headers.find("Authorization").empty()) {
            refusal = problem_response({401, "unauthorized", {}, {}}, request.request_id);
            return false;
        }
        request.sink = std::make_unique<UploadFile>(upload_dir, upload_max);
        return true;
    }

    Response handle(Request& request) noexcept override {
        if (request.target.path == "/wait") {
            std::unique_lock lock(mutex);
            ++waiting;
            changed.notify_all();
            changed.wait(lock, [this] { return released; });
        }
        if (request.target.path == "/upload") {
            const auto& file = dynamic_cast<const UploadFile&>(*request.sink);
            return text_response(200, "text/plain", std::to_string(file.size()));
        }
        if (request.target.path == "/file") {
            Response response;
            auto file = value_or_throw(OpenFile::open(download));
            const std::uint64_t size = file->size();
            response.body = FileBody{std::move(file), 0, size};
            return response;
        }
        return text_response(200, "text/plain", request.body);
    }

    void finished(const Request& /*request*/, const Response& /*response*/, bool /*sent*/) noexcept
        override {
        ++answers;
    }

    void wait_for(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting >= count; });
    }

    void release() {
        const std::lock_guard lock(mutex);
        released = true;
        changed.notify_all();
    }

    std::string upload_dir;
    std::string download;
    std::atomic<int> answers{0};
    std::mutex mutex;
    std::condition_variable changed;
    int waiting = 0;
    bool released = false;
};

class HttpCore : public ::testing::Test {
protected:
    HttpCore() {
        application_.upload_dir =
            (std::filesystem::temp_directory_path() / ("bgerp-http-" + std::to_string(::getpid())))
                .string();
        std::filesystem::create_directories(application_.upload_dir);
        options_.limits.header_bytes_max = 8192;
        options_.blocking_threads = 2;
        options_.blocking_queue_max = 2;
    }

    ~HttpCore() override {
        application_.release();
        server_.reset();
        std::filesystem::remove_all(application_.upload_dir);
    }

    std::uint16_t start() {
        server_ = std::make_unique<HttpServer>(options_, application_);
        server_->start();
        return server_->port();
    }

    static std::string get(const std::string& path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    static std::string post(const std::string& path, const std::string& body) {
        return "POST " + path +
               " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    }

    EchoApplication application_;
    HttpServerOptions options_;
    std::unique_ptr<HttpServer> server_;
};

} // namespace bgerp::http

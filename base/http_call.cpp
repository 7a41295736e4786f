#include "base/http_call.hpp"

#include <curl/curl.h>
#include <memory>

namespace bgerp {

namespace {

constexpr int poll_ms = 100; // how soon a wish to stop is noticed
constexpr long connect_timeout_s = 10;

struct EndEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct EndMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct EndList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using Easy = std::unique_ptr<CURL, EndEasy>;
using Multi = std::unique_ptr<CURLM, EndMulti>;
using List = std::unique_ptr<curl_slist, EndList>;

// Once a process, before the first use; thread-safe as a static's initialization is.
void ensure_initialised() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) {
        throw Failure(ErrorCode::internal, "libcurl can't be initialised");
    }
}

struct Received {
    std::string body;
    std::size_t bytes_max = 0;
    bool too_large = false;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* into) {
    auto& received = *static_cast<Received*>(into);
    const std::size_t bytes = size * count;
    if (received.body.size() + bytes > received.bytes_max) {
        received.too_large = true;
        return 0; // ends the transfer
    }
    received.body.append(data, bytes);
    return bytes;
}

List header_list(const std::vector<std::string>& headers) {
    List list;
    for (const std::string& header : headers) {
        list.reset(curl_slist_append(list.release(), header.c_str()));
    }
    return list;
}

// Options whose values can't be refused: their results say nothing.
void prepare(CURL* easy, const HttpCall& call, const List& headers, Received& received) {
    curl_easy_setopt(easy, CURLOPT_URL, call.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &received);
    if (!call.ca_file.empty()) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, call.ca_file.c_str());
    }
}

// The transfer's end, or nothing when it was asked to stop.
std::optional<CURLcode>
transfer(CURLM* multi, CURL* easy, const std::function<bool()>& stop_requested) {
    curl_multi_add_handle(multi, easy);
    std::optional<CURLcode> code = CURLE_FAILED_INIT;
    for (int running = 1; running > 0;) {
        if (curl_multi_perform(multi, &running) != CURLM_OK) {
            break;
        }
        if (running > 0 && stop_requested()) {
            code.reset();
            break;
        }
        if (running > 0) {
            curl_multi_poll(multi, nullptr, 0, poll_ms, nullptr);
        }
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg == CURLMSG_DONE) {
            code = message->data.result;
        }
    }
    curl_multi_remove_handle(multi, easy);
    return code;
}

HttpAnswer answer_of(CURL* easy, std::string body) {
    HttpAnswer answer;
    answer.body = std::move(body);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    if (retry_after_s > 0) {
        answer.retry_after_s = retry_after_s;
    }
    return answer;
}

} // namespace

Result<HttpAnswer> http_post(const HttpCall& call, const std::function<bool()>& stop_requested) {
    ensure_initialised();
    const Multi multi(curl_multi_init());
    const Easy easy(curl_easy_init());
    if (!multi || !easy) {
        return fail(ErrorCode::unavailable, "no memory for a request");
    }
    const List headers = header_list(call.headers);
    Received received;
    received.bytes_max = call.answer_bytes_max;
    prepare(easy.get(), call, headers, received);
    const auto code = transfer(multi.get(), easy.get(), stop_requested);
    if (!code) {
        return fail(ErrorCode::cancelled, "the request was stopped");
    }
    if (received.too_large) {
        return fail(ErrorCode::too_large, "the answer passed its limit");
    }
    if (*code == CURLE_OPERATION_TIMEDOUT) {
        return fail(ErrorCode::timeout, "there was no answer in time");
    }
    if (*code != CURLE_OK) {
        return fail(
            ErrorCode::unavailable,
            std::string("there was no answer: ") + curl_easy_strerror(*code)
        );
    }
    return answer_of(easy.get(), std::move(received.body));
}

} // namespace bgerp

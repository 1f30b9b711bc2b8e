// Back-ends with a will of their own: per host a script that says what each request is answered, or that it
// hangs.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "support/fake_loop.h"

namespace router::test {

class BackEnds final : public net::HttpClient {
 public:
  // Answers a status, 0 for "connection refused", kHangs for no answer within the time-out.
  static constexpr int kHangs = -1;
  using Script = std::function<int(unsigned attempt)>;

  explicit BackEnds(FakeLoop& loop) : loop_(loop) {}

  void set(std::string host, Script script) { scripts_[std::move(host)] = std::move(script); }
  void set(std::string host, int status) {
    set(std::move(host), [status](unsigned) { return status; });
  }
  void stop_hanging() { hanging_ = false; }

  base::Task<base::Result<net::ClientResponse>> send(net::ClientRequest request) override {
    const std::string host = request.url.host;
    const unsigned attempt = ++attempts_[host];
    requests.push_back(request);
    ++running[host];
    most_running[host] = std::max(most_running[host], running[host]);
    const auto script = scripts_.find(host);
    const int status = script == scripts_.end() ? 200 : script->second(attempt);
    if (status == kHangs && hanging_) co_await base::sleep_for(loop_, request.timeout);
    --running[host];
    if (status == kHangs) co_return base::Error{base::ErrorCode::timeout, request.side, "no answer", true};
    if (status == 0) co_return base::Error{base::ErrorCode::refused, request.side, "nobody listens", true};
    net::ClientResponse response;
    response.status = status;
    co_return response;
  }

  std::size_t count(const std::string& host) const {
    const auto found = attempts_.find(host);
    return found == attempts_.end() ? 0 : found->second;
  }
  // The value of a header of the last request to that host; "" if it was not sent.
  std::string header(const std::string& host, std::string_view name) const {
    for (auto request = requests.rbegin(); request != requests.rend(); ++request) {
      if (request->url.host != host) continue;
      for (const auto& [key, value] : request->headers) {
        if (base::equals_ignoring_case(key, name)) return value;
      }
      return "";
    }
    return "";
  }

  std::vector<net::ClientRequest> requests;
  std::map<std::string, std::size_t> running;
  std::map<std::string, std::size_t> most_running;

 private:
  FakeLoop& loop_;
  bool hanging_ = true;
  std::map<std::string, Script> scripts_;
  std::map<std::string, unsigned> attempts_;
};

}  // namespace router::test

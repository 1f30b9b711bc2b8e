// An HttpClient that records what it is asked and answers from a script.
#pragma once

#include <functional>
#include <vector>

#include "net/http_client.h"

namespace router::test {

class FakeHttpClient final : public net::HttpClient {
 public:
  using Answer = std::function<base::Result<net::ClientResponse>(const net::ClientRequest&)>;

  explicit FakeHttpClient(Answer answer = {}) : answer_(std::move(answer)) {}

  void set_answer(Answer answer) { answer_ = std::move(answer); }

  base::Task<base::Result<net::ClientResponse>> send(net::ClientRequest request) override {
    requests.push_back(request);
    if (!answer_) co_return base::Error{base::ErrorCode::refused, request.side, "nobody listens"};
    co_return answer_(request);
  }

  std::vector<net::ClientRequest> requests;

 private:
  Answer answer_;
};

inline net::ClientResponse answer_json(int status, std::string body) {
  net::ClientResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

}  // namespace router::test

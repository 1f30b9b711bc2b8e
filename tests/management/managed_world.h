// The management port over a router that only remembers what it was asked.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "management/serve.h"
#include "support/fake_loop.h"

namespace router::test::managed {

using namespace router::management;
using base::Secret;
using nlohmann::json;

struct FakeOperations final : Operations {
  Readiness readiness() override { return now; }
  std::vector<base::MetricReading> measured() override {
    return {{"xsrouter_open", "Open.", base::MetricKind::gauge, {}, {{{}, 7, {}}}}};
  }
  Looked look() override { return {readiness(), measured()}; }
  base::Result<std::string> configuration() override {
    if (!answers) return base::Error{base::ErrorCode::unavailable, base::Side::router, "too late"};
    return std::string(R"({"directory":"/x","descriptor":{},"variables":[]})");
  }
  void after(base::minutes time, std::function<void()> work) override {
    waits = time;
    later = std::move(work);
  }
  base::Result<ReloadOutcome> reload() override {
    if (!answers) return base::Error{base::ErrorCode::unavailable, base::Side::router, "too late"};
    return outcome;
  }
  base::Result<std::string> explain(ExplainQuestion question) override {
    if (question.url.empty()) return base::Error{base::ErrorCode::bad_request, base::Side::client, "no such URL"};
    return json{{"method", question.method}, {"headers", question.headers}}.dump();
  }

  base::Result<std::string> receipts(ReceiptQuestion question) override {
    asked = std::move(question);
    return std::string(R"({"logouts":[]})");
  }
  base::Result<std::string> receipt(std::string logout_id, bool as_jws) override {
    if (logout_id != "l-1") return base::Error{base::ErrorCode::not_found, base::Side::client, "no such logout"};
    return std::string(as_jws ? "a.b.c" : R"({"id":"l-1"})");
  }
  base::Result<std::string> receipt_keys() override { return std::string(R"({"keys":[]})"); }

  base::Result<std::string> sessions(SessionQuestion question) override {
    asked_sessions = std::move(question);
    if (asked_sessions.cursor == "nonsense")
      return base::Error{base::ErrorCode::bad_request, base::Side::client, "cursor"};
    return std::string(R"({"sessions":[]})");
  }
  base::Result<std::string> end_sessions(EndWish wish) override {
    wishes.push_back(wish);
    if (!answers) return base::Error{base::ErrorCode::overloaded, base::Side::client, "too many"};
    return std::string(
        wish.dry_run
            ? R"({"dry_run":true,"matching":3,"more":false})"
            : R"({"id":"end-1","state":"running","what":"all","matching":3,"more":false,"ended":0,"started":1})");
  }
  base::Result<std::string> end_session(std::string fingerprint) override {
    if (fingerprint != "0123456789ab")
      return base::Error{base::ErrorCode::not_found, base::Side::client, "no such session"};
    return std::string(R"({"ended":1,"logout_id":"l-1"})");
  }
  base::Result<std::string> signals() override { return std::string(R"({"transmitters":[],"subscribers":[]})"); }
  base::Result<std::string> outbox(OutboxQuestion question) override {
    asked_outbox = std::move(question);
    return std::string(R"({"back_ends":[],"calls":[]})");
  }
  base::Result<Retried> retry_calls(RetryWish wish) override {
    retries.push_back(wish);
    if (wish.call_id == "l-2.1") return base::Error{base::ErrorCode::not_found, base::Side::client, "no such call"};
    return Retried{2, false, 5};
  }
  base::Result<void> drop_call(std::string call_id) override {
    if (call_id == "l-1.1") return {};
    if (call_id == "l-1.2") return base::Error{base::ErrorCode::conflict, base::Side::client, "still being tried"};
    return base::Error{base::ErrorCode::not_found, base::Side::client, "no such call"};
  }

  base::Result<std::string> applications(ApplicationQuestion question) override {
    asked_applications = std::move(question);
    return std::string(R"({"bound":true,"applications":[]})");
  }
  base::Result<void> drop_application(std::string key) override {
    if (key == "blue~shop") return {};
    return base::Error{base::ErrorCode::not_found, base::Side::client, "no such application is kept"};
  }

  ReceiptQuestion asked;
  SessionQuestion asked_sessions;
  OutboxQuestion asked_outbox;
  ApplicationQuestion asked_applications;
  std::vector<EndWish> wishes;
  std::vector<RetryWish> retries;
  Readiness now{false, {{"session store", true, ""}}};
  ReloadOutcome outcome{true, R"({"errors":0})", "", {"THREADS"}};
  bool answers = true;
  base::minutes waits{0};
  std::function<void()> later;
};

struct World {
  test::FakeClock clock;
  FakeOperations operations;
  History history;
  Doorkeeper door{{Secret("all-of-it"), Secret("only-look"), false}, clock};

  Response ask(std::string method, std::string path, std::string token = "all-of-it", std::string body = {},
               std::map<std::string, std::string> query = {}) {
    Request request{.method = std::move(method),
                    .path = std::move(path),
                    .address = "192.0.2.1",
                    .body = std::move(body),
                    .query = std::move(query)};
    if (!token.empty()) request.authorization = "Bearer " + token;
    return serve(request, door, operations, history);
  }
  json ask_json(std::string method, std::string path, std::string body = {}) {
    const auto answer = ask(std::move(method), std::move(path), "all-of-it", std::move(body));
    CHECK(answer.status == 200);
    return json::parse(answer.body);
  }
};

}  // namespace router::test::managed

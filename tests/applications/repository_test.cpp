#include "applications/repository.h"

#include <doctest/doctest.h>

#include "applications/application_world.h"

namespace router::repository_test {
namespace {

using base::ErrorCode;

constexpr const char* kPath = "/base/app1/xs-app.json";

struct World : test::ApplicationWorld {
  base::Result<std::optional<std::string>> descriptor(const std::string& tenant = "own",
                                                      applications::Name name = {"app1", "app1", ""}) {
    std::optional<base::Result<std::optional<std::string>>> result;
    base::start_detached(keep(repository->descriptor(std::move(name), tenant), &result));
    loop.advance(base::seconds(1));
    REQUIRE(result);
    return *std::move(result);
  }
  static base::Task<void> keep(base::Task<base::Result<std::optional<std::string>>> asking,
                               std::optional<base::Result<std::optional<std::string>>>* into) {
    *into = co_await asking;
  }
  void answers_with(int status, const std::string& body = "", const std::string& retry_after = "") {
    answers[kPath] = {status, body, retry_after};
  }
};

TEST_CASE_FIXTURE(World, "repository: a descriptor is asked for with the tenant's token, and for whom [issue 15]") {
  answers_with(200, "{}");
  REQUIRE(descriptor());
  const auto& own = last(kPath);
  CHECK(own.method == "GET");
  CHECK(own.url.to_string() == "https://repo.example/base/app1/xs-app.json");
  CHECK(test::field_of(own, "Accept") == "application/json;charset=utf-8");
  CHECK(test::field_of(own, "Authorization") == "Bearer token1");
  CHECK(test::field_of(own, "tenantid") == "own");
  CHECK(test::field_of(own, "x-app-host-id").empty());
  REQUIRE(descriptor("t1", {"biz.app1", "app1", "11,22"}));
  CHECK(test::field_of(last(kPath), "tenantid") == "own!t1");
  CHECK(test::field_of(last(kPath), "x-app-host-id") == "11,22");
  CHECK(test::field_of(last(kPath), "Authorization") == "Bearer token2");
  // whose host names nobody
  REQUIRE(descriptor(""));
  CHECK(test::field_of(last(kPath), "tenantid").empty());
}

TEST_CASE_FIXTURE(World, "repository: its own subaccount has its tokens at its own url, whatever the host [issue 15]") {
  auto binding = std::make_shared<config::IdentityProvider>(*config->repository->client);
  binding->url = "https://uaa.example.com";
  binding->identity_zone.clear();
  config->repository->client = binding;
  answers_with(200, "{}");
  REQUIRE(descriptor("own"));
  CHECK(last("/oauth/token").url.host == "uaa.example.com");
}

TEST_CASE_FIXTURE(World, "repository: what each answer means [issue 15]") {
  struct Row {
    int status;
    std::size_t asked;
    std::optional<ErrorCode> error;  // absent: an answer
    const char* retry_after = "";
  };
  const Row rows[] = {
      {200, 1, std::nullopt},        {503, 1, std::nullopt},        {503, 2, ErrorCode::protocol, "5"},
      {404, 1, ErrorCode::internal}, {400, 1, ErrorCode::internal}, {500, 1, ErrorCode::protocol},
      {502, 2, ErrorCode::protocol}, {302, 1, ErrorCode::protocol}, {401, 2, ErrorCode::protocol},
      {403, 2, ErrorCode::protocol},
  };
  for (const auto& row : rows) {
    CAPTURE(row.status);
    http.requests.clear();
    answers_with(row.status, "body", row.retry_after);
    const auto got = descriptor();
    CHECK(asked(kPath) == row.asked);
    REQUIRE(got.has_value() == !row.error);
    if (!got) CHECK(got.error().code == *row.error);
    if (got) CHECK(got->has_value() == (row.status == 200));
    if (!got) CHECK(got.error().side == base::Side::back_end);
  }
}

TEST_CASE_FIXTURE(World, "repository: one that is away is asked once more, one that is silent is not [issue 15]") {
  const auto fails = [&](ErrorCode code, const char* detail) {
    http.requests.clear();
    answers[kPath] = {.fault = base::Error{code, base::Side::back_end, detail}};
    const auto got = descriptor();
    REQUIRE(!got);
    return std::pair(got.error().code, asked(kPath));
  };
  CHECK(fails(ErrorCode::refused, "refused") == std::pair(ErrorCode::refused, std::size_t{2}));
  CHECK(fails(ErrorCode::closed, "cut") == std::pair(ErrorCode::closed, std::size_t{2}));
  CHECK(fails(ErrorCode::timeout, "silence") == std::pair(ErrorCode::timeout, std::size_t{1}));
  CHECK(fails(ErrorCode::protocol, net::kAnswerTooLarge.data()) == std::pair(ErrorCode::internal, std::size_t{1}));
}

TEST_CASE_FIXTURE(World, "repository: without a client it is asked without a token [issue 15]") {
  config->repository->client = nullptr;
  answers_with(200, "{}");
  REQUIRE(descriptor());
  CHECK(test::field_of(last(kPath), "Authorization").empty());
  CHECK(made_tokens == 0);
}

}  // namespace
}  // namespace router::repository_test

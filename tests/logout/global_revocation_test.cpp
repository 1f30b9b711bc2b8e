// Who may ask for a global revocation, and for whom (docs/contract/signals.md "In").
#include <doctest/doctest.h>

#include "logout/signals_world.h"

namespace router::global_revocation_test {

using nlohmann::json;

namespace {

constexpr const char* kUrl = "https://app.example/revoke";
constexpr const char* kIdp = "https://idp.example";
constexpr const char* kOther = "https://other.example";

// The bound provider and somebody else's may ask.
struct RevocationWorld : test::SignalsWorld {
  RevocationWorld() {
    config.signals.global_revocation = config::GlobalRevocation{"/revoke", {kIdp, test::kRisk}, kUrl};
    make_parts = [this](logout::Parts& parts) {
      parts.revokers = std::make_shared<identity::TokenIssuers>(
          std::vector<std::string>{kIdp, test::kRisk}, identity::discovery_url, identity::Parts{keys, loop, clock});
    };
  }
  std::string token(const json& changes = json::object(), const std::string& typ = "global-token-revocation+jwt") {
    json claims{{"iss", test::kRisk},
                {"aud", kUrl},
                {"iat", now()},
                {"exp", now() + 300},
                {"jti", "jti-" + std::to_string(++tokens_)}};
    claims.merge_patch(changes);
    return sign(claims, typ);
  }
  std::optional<http::Response> revoke(const std::string& bearer, const json& whom) {
    const test::Request request("POST", "/revoke",
                                {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + bearer}});
    auto answer = send(request, nullptr, json{{"sub_id", whom}}.dump());
    loop.run_ready();
    return answer;
  }

 private:
  int tokens_ = 0;
};

json user_of(const char* issuer) { return {{"format", "iss_sub"}, {"iss", issuer}, {"sub", "ada"}}; }

}  // namespace

TEST_CASE("global revocation: of tokens that are not accepted few are looked at, and the next ones wait [issue 16]") {
  RevocationWorld world;
  int looked_at = 0;
  for (int i = 0; i < 300; ++i)
    looked_at += world.revoke(world.token({{"aud", "https://other.example"}}), user_of(kIdp))->status == 401 ? 1 : 0;
  CHECK(looked_at >= 90);
  CHECK(looked_at <= 110);
  CHECK(world.revoke(world.token(), user_of(kIdp))->status == 429);
}

TEST_CASE("global revocation: a bound provider that names another one's user is refused, wherever it does [issue 16]") {
  const json subjects[] = {
      user_of(kOther),
      {{"format", "aliases"}, {"identifiers", {user_of(kIdp), user_of(kOther)}}},
      {{"format", "complex"}, {"user", user_of(kOther)}},
      {{"format", "complex"}, {"user", {{"format", "aliases"}, {"identifiers", {user_of(kIdp), user_of(kOther)}}}}},
  };
  for (const auto& subject : subjects) {
    CAPTURE(subject.dump());
    RevocationWorld world;
    const auto ada = world.log_in("ada");
    auto others = world.make_session("ada");
    others.issuer = kOther;
    const auto theirs = world.log_in(others);
    CHECK(world.revoke(world.token({{"iss", kIdp}}), subject)->status == 403);
    CHECK(world.find(ada->id) != nullptr);
    CHECK(world.find(theirs->id) != nullptr);
    CHECK(world.revoke(world.token(), subject)->status == 204);
    CHECK(world.find(theirs->id) == nullptr);
  }
}

TEST_CASE("global revocation: a token that its issuer has made for something else asks for none [issue 16]") {
  const json none = json::object();
  struct Row {
    const char* typ;
    json changes;
    int status;
  };
  const Row rows[] = {
      {"global-token-revocation+jwt", none, 204},
      {"JWT", none, 204},
      {"application/JWT", none, 204},
      {"at+jwt", none, 401},
      {"secevent+jwt", none, 401},
      {"logout+jwt", none, 401},
      {"JWT", {{"scope", "openid"}}, 401},
      {"JWT", {{"scp", json::array({"openid"})}}, 401},
      {"JWT", {{"client_id", "client"}}, 401},
      {"JWT", {{"nonce", "n"}}, 401},
      {"global-token-revocation+jwt", {{"scope", ""}}, 401},
  };
  for (const auto& row : rows) {
    CAPTURE(row.typ);
    CAPTURE(row.changes.dump());
    RevocationWorld world;
    const auto ada = world.log_in("ada");
    CHECK(world.revoke(world.token(row.changes, row.typ), user_of(kIdp))->status == row.status);
    CHECK((world.find(ada->id) == nullptr) == (row.status == 204));
  }
}

}  // namespace router::global_revocation_test

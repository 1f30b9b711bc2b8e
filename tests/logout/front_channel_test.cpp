#include <doctest/doctest.h>

#include "logout/world.h"

namespace router::front_channel_test {

using test::Request;
using test::World;

TEST_CASE("front-channel: looked up by iss and sid, never by cookie; no revocation") {
  struct Row {
    std::string query;
    bool ends;
  };
  const std::vector<Row> rows = {
      {"iss=https%3A%2F%2Fidp.example&sid=sid-ada", true},
      {"iss=https%3A%2F%2Fevil.example&sid=sid-ada", false},
      {"iss=https%3A%2F%2Fidp.example&sid=other", false},
      {"sid=sid-ada", true},
      {"sid=other", false},
      {"iss=https%3A%2F%2Fidp.example", false},
      {"", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.front_channel_endpoint = "/frontchannel";
    world.config.logout.revoke_tokens = true;
    const auto session = world.log_in("ada");
    const auto response = world.get("/frontchannel?" + row.query);
    world.loop.run_ready();
    CHECK(response->status == 200);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(test::header(response, "content-security-policy").find("frame-ancestors https://idp.example") !=
          std::string::npos);
    CHECK((world.find(session->id) == nullptr) == row.ends);
    CHECK(test::header(response, "set-cookie").empty());
    CHECK(world.provider->revoked.empty());
  }
}

TEST_CASE("front-channel: the cookie is deleted when it is that session's, and only then") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  const auto bob = world.log_in("bob");
  const std::string url = "/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada";
  CHECK(test::header(world.get(url, bob), "set-cookie").empty());
  CHECK(!test::header(world.get(url, ada), "set-cookie").empty());
  CHECK(world.find(bob->id) != nullptr);
}

TEST_CASE(
    "front-channel: what it ended is deleted from the browser, whatever else that sends, but never what lives [S30]") {
  struct Row {
    std::string name;
    bool with_dead_one;
    bool with_second_of_that_sid;
    bool with_bobs;
    bool deletes;
  };
  for (const Row& row :
       {Row{"beside a dead one", true, false, false, true}, Row{"two of that sid", false, true, false, true},
        Row{"beside another's", false, false, true, false}, Row{"beside all of them", true, true, true, false}}) {
    CAPTURE(row.name);
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.front_channel_endpoint = "/frontchannel";
    std::vector<session::SessionId> named{world.log_in("ada")->id};
    if (row.with_dead_one) named.push_back(session::SessionId::random());
    if (row.with_second_of_that_sid) named.push_back(world.log_in("ada")->id);
    if (row.with_bobs) named.push_back(world.log_in("bob")->id);
    std::string cookies;
    for (const auto& id : named) cookies.append("JSESSIONID=").append(id.reveal()).append("; ");
    const auto response =
        world.get("/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada", nullptr, {{"Cookie", cookies}});
    CHECK(test::header(response, "set-cookie").empty() == !row.deletes);
    CHECK_FALSE(world.find(named[0]));
    CHECK((world.find(named.back()) != nullptr) == row.with_bobs);
  }
}

TEST_CASE("front-channel: prefetches and other methods change nothing") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  const std::string url = "/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada";
  CHECK(world.get(url, nullptr, {{"Purpose", "prefetch"}})->status == 403);
  CHECK(world.send(Request("HEAD", url))->status == 403);
  CHECK(world.send(Request("POST", url))->status == 405);
  CHECK(world.find(ada->id) != nullptr);
}

TEST_CASE("front-channel: sid alone ends where one provider is bound and one user has it [S30]") {
  struct Row {
    std::string name;
    std::string second_issuer;  // of another binding
    bool second_user;
    bool ends;
  };
  for (const Row& row :
       {Row{"one of each", "", false, true}, Row{"two providers", "https://other.example", false, false},
        Row{"two bindings of one", "https://idp.example", false, true}, Row{"two users", "", true, false}}) {
    CAPTURE(row.name);
    World world;
    world.bind(config::ProviderKind::oidc);
    if (!row.second_issuer.empty()) {
      world.config.providers.push_back(test::make_provider_config(config::ProviderKind::oidc));
      world.config.providers.back().name = "other";
      world.config.providers.back().issuer = row.second_issuer;
    }
    world.config.logout.front_channel_endpoint = "/frontchannel";
    const auto ada = world.log_in("ada");
    if (row.second_user) {
      auto bob = world.make_session("bob");
      bob.idp_session_id = ada->idp_session_id;
      world.log_in(std::move(bob));
    }
    CHECK(world.get("/frontchannel?sid=sid-ada")->status == 200);
    CHECK((world.find(ada->id) == nullptr) == row.ends);
  }
}

TEST_CASE("front-channel: without sid the session of the cookie ends, in the provider's own frame [S30]") {
  struct Row {
    std::string query;
    test::HeaderList fields;
    bool ends;
  };
  const std::vector<Row> rows = {
      {"", {{"Sec-Fetch-Dest", "iframe"}, {"Referer", "https://idp.example/"}}, true},
      {"?iss=https%3A%2F%2Fidp.example", {{"Sec-Fetch-Dest", "iframe"}, {"Referer", "https://idp.example/bye"}}, true},
      {"?iss=https%3A%2F%2Fevil.example", {{"Sec-Fetch-Dest", "iframe"}, {"Referer", "https://idp.example/"}}, false},
      {"", {{"Sec-Fetch-Dest", "iframe"}, {"Referer", "https://evil.example/"}}, false},
      {"", {{"Sec-Fetch-Dest", "iframe"}}, false},
      {"", {{"Sec-Fetch-Dest", "image"}, {"Referer", "https://idp.example/"}}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    // a picture is no frame, whoever asks for it [S34]
    const bool is_picture = row.fields.front().second == "image";
    World world;
    world.bind(config::ProviderKind::oidc);
    world.config.logout.front_channel_endpoint = "/frontchannel";
    auto session = world.make_session("ada");
    session.idp_session_id = "";
    const auto ada = world.log_in(std::move(session));
    const auto answer = world.get("/frontchannel" + row.query, ada, row.fields);
    CHECK(answer->status == (is_picture ? 403 : 200));
    CHECK((world.find(ada->id) == nullptr) == row.ends);
    CHECK(test::header(answer, "set-cookie").empty() == !row.ends);
    CHECK(world.provider->revoked.empty());
  }
}

TEST_CASE(
    "front-channel: a login on its way with the sid of a known session does not come in, one that begins later does") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  const auto on_its_way = world.make_session("ada");
  CHECK(world.get("/frontchannel?iss=https%3A%2F%2Fidp.example&sid=sid-ada")->status == 200);
  CHECK_FALSE(test::run_task(world.store.create(on_its_way)));
  world.clock.advance(base::milliseconds(1));
  CHECK(world.log_in("ada"));
}

TEST_CASE("front-channel: a stranger's sids, however many, leave nothing behind, and he is told to wait [S9]") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  const auto ada = world.log_in("ada");
  world.external.client_address = "203.0.113.7";
  const auto guess = [&](const std::string& sid) {
    return world.get("/frontchannel?iss=https%3A%2F%2Fidp.example&sid=" + sid)->status;
  };
  int refused = 0;
  for (int i = 0; i < 1000; ++i) refused += guess("guess" + std::to_string(i)) == 429 ? 1 : 0;
  CHECK(refused == 700);
  CHECK(guess("sid-ada") == 429);
  CHECK(world.find(ada->id) != nullptr);
  auto login = world.make_session("bob");
  login.idp_session_id = "guess1";
  CHECK(test::run_task(world.store.create(login)));
  world.external.client_address = "203.0.113.8";
  CHECK(guess("sid-ada") == 200);
  CHECK(world.find(ada->id) == nullptr);
}

TEST_CASE("front-channel: sign-outs of an office behind one address are all heard [S9]") {
  World world;
  world.bind(config::ProviderKind::oidc);
  world.config.logout.front_channel_endpoint = "/frontchannel";
  world.external.client_address = "203.0.113.7";
  for (int i = 0; i < 1000; ++i) {
    const auto user = world.log_in("user" + std::to_string(i));
    CHECK(world.get("/frontchannel?iss=https%3A%2F%2Fidp.example&sid=" + user->idp_session_id)->status == 200);
    CHECK(world.find(user->id) == nullptr);
  }
}

}  // namespace router::front_channel_test

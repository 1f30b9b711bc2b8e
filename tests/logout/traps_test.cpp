// A GET must not be a trap: one rule for every way of logging out by GET [S33] [S34].
#include <doctest/doctest.h>

#include "logout/agent_world.h"
#include "logout/rest_world.h"

namespace router::traps_test {

namespace {

struct TrapWorld : test::AgentWorld {
  TrapWorld() {
    config.am.emplace();
    config::HostedLogin hosted;
    hosted.customer_id = "customer";
    hosted.clients["client"].redirect_uris = {"https://bye.example"};
    config.hosted_login = hosted;
    config.logout.front_channel_endpoint = "/my/front-channel";
    ada = sign_in();
  }
  session::Snapshot ada;
};

const std::vector<std::string> kTriggers = {
    "/my/logout",
    "/my/logout?skip-redirect",
    "/agentapp/log-me-out",
    "/mail/inbox?logout",
    "/bank/account?log-out",
    "/customer/auth-ui/logout?client_id=client",
    "/customer/auth-ui/logout?client_id=client&redirect_uri=https://bye.example",
    "/oauth2/connect/endSession?id_token_hint=whatever",
    "/my/front-channel?iss=https://idp.example&sid=sid-ada",
};

}  // namespace

TEST_CASE("traps: no prefetch and no sub-resource logs out, whoever asks for it and from wherever [S33] [S34]") {
  const std::vector<test::HeaderList> traps = {
      {{"Sec-Purpose", "prefetch"}},
      {{"x-sec-purpose", "prefetch"}},
      {{"next-router-prefetch", "1"}},
      {{"next-router-segment-prefetch", "/_index"}},
      {{"x-middleware-prefetch", "1"}},
      {{"hx-preloaded", "true"}},
      {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Dest", "image"}},
      {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "image"}},
      {{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Dest", "script"}},
      {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "style"}},
  };
  for (const auto& url : kTriggers) {
    for (const auto& fields : traps) {
      CAPTURE(url);
      CAPTURE(fields.back().second);
      TrapWorld world;
      const auto response = world.get(url, world.ada, fields);
      REQUIRE(response);
      CHECK(response->status == 403);
      CHECK(world.state_of(world.ada) == "signed in");
      CHECK(test::header(response, "set-cookie").empty());
    }
  }
}

TEST_CASE("traps: a frame of a sibling domain logs out only where the request itself names the session [S34]") {
  for (const auto& url : kTriggers) {
    CAPTURE(url);
    TrapWorld world;
    const auto response = world.get(url, world.ada, {{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Dest", "iframe"}});
    REQUIRE(response);
    const bool is_front_channel = url.starts_with("/my/front-channel");
    CHECK(response->status == (is_front_channel ? 200 : 403));
    CHECK(world.state_of(world.ada) == (is_front_channel ? "over" : "signed in"));
  }
}

}  // namespace router::traps_test

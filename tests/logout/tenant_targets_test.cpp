// Back-ends that each subscriber has somewhere else (identity/destination_service.h).
#include <doctest/doctest.h>

#include "logout/application_calls.h"
#include "logout/call_sender.h"
#include "logout/execute.h"
#include "logout/world.h"
#include "support/fake_http_client.h"

namespace router::test::tenant_targets_test {
namespace {

// erp of t1 and t2 are their own, of everybody else the provider's; t3's is not known yet, and its own then.
struct Tenants {
  World world;
  bool knows_t3 = false;
  std::vector<session::BackendCookie> cookies;  // of each session

  explicit Tenants(bool prefer_local = false) {
    world.config.looked_up_logouts["erp"] = {.path = "/sign-out", .prefer_local = prefer_local};
    world.make_parts = [this](logout::Parts& parts) {
      parts.find_destination = [this](const std::string& name, const std::string& tenant) {
        return find(name, tenant);
      };
    };
    world.service();
  }

  std::shared_ptr<const config::Destination> find(const std::string& name, const std::string& tenant) const {
    if (tenant == "t3" && !knows_t3) return nullptr;
    const bool is_own = tenant == "t1" || tenant == "t2" || tenant == "t3";
    auto destination = make_destination(name, "");
    destination.url = *http::parse_url("http://" + (is_own ? tenant : "provider") + ".example");
    destination.forward_auth_token = true;
    if (is_own) destination.tenant = tenant;
    if (is_own) destination.jar = config::subscribers_jar(name, tenant);
    return std::make_shared<const config::Destination>(std::move(destination));
  }
  void log_out(const std::string& tenant, bool of_application = false) {
    auto made = world.make_session();
    made.subdomain = tenant;
    made.tokens.access_token = base::Secret("token-of-" + tenant);
    made.backend_cookies = cookies;
    if (of_application) made.application_logouts = {{"app1", "erp", "/app-out", "POST", false, true}};
    logout::Trigger trigger;
    trigger.selection.sessions = {world.log_in(std::move(made))};
    auto parts = world.parts_with(world.store);
    world.make_parts(parts);
    logout::Executor executor(std::move(parts));
    run_task(executor.run(trigger, std::nullopt), &world.loop);
    world.loop.run_ready();
  }
};

// Behind a Cloud Connector; tokens are the names of their tenants.
struct Connected {
  FakeClock clock;
  FakeLoop loop{clock};
  FakeHttpClient http{[](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
    if (request.url.path != "/oauth/token") return answer_json(200, "{}");
    const auto tenant = request.url.host.substr(0, request.url.host.find('.'));
    return answer_json(200, R"({"token_type":"bearer","expires_in":3600,"access_token":")" + tenant + R"("})");
  }};
  logout::CallSender sender{http, loop};

  Connected() {
    sender.use_client_tokens(std::make_shared<identity::ClientTokens>(identity::Parts{http, loop, clock}));
  }
  // What the proxy gets of a call for a session of t1.
  net::ClientRequest sent(bool is_providers) {
    config::Connectivity connectivity;
    connectivity.proxy_host = "proxy.example";
    connectivity.proxy_port = 20003;
    connectivity.client.kind = config::ProviderKind::xsuaa;
    connectivity.client.url = "https://own.uaa.example";
    connectivity.client.identity_zone = "own";
    connectivity.client.client_id = "c";
    connectivity.client.client_secret = base::Secret("s");
    auto destination = make_destination("erp", "/bye");
    destination.is_on_premise = true;
    destination.is_providers = is_providers;
    destination.connectivity = std::make_shared<const config::Connectivity>(std::move(connectivity));
    auto target =
        std::make_shared<const logout::CallTarget>(logout::make_call_target(destination, config::Configuration()));
    auto call = std::make_shared<logout::CallRecord>();
    call->id = "l-1.1";
    call->tenant = "t1";
    call->credentials = std::make_shared<logout::Credentials>();
    const auto answer = run_task(sender.send(std::move(call), std::move(target), false, base::seconds(30)), &loop);
    if (!answer) throw std::logic_error("not sent");
    return http.requests.back();
  }
};

session::BackendCookie cookie_in(const std::string& jar, const std::string& value) {
  return {jar, "SID", base::Secret(value), "/", false};
}

}  // namespace

TEST_CASE("execute: a back-end is told with the cookies that it has set, and not with its namesake's [issue 15]") {
  for (const bool of_application : {false, true}) {
    CAPTURE(of_application);
    Tenants tenants;
    if (of_application) tenants.world.config.looked_up_logouts.clear();
    auto& client = tenants.world.client;
    tenants.cookies = {cookie_in("erp", "provider"), cookie_in("erp/t1", "own")};
    tenants.log_out("t1", of_application);
    CHECK(client.header("t1.example", "cookie") == "SID=own");
    tenants.cookies = {cookie_in("erp", "provider")};
    tenants.log_out("t2", of_application);
    CHECK(client.count("t2.example") == 1);
    CHECK(client.header("t2.example", "cookie").empty());
    tenants.log_out("t4", of_application);
    CHECK(client.header("provider.example", "cookie") == "SID=provider");
    // whose it is turns out when it is called
    tenants.cookies = {cookie_in("erp", "provider"), cookie_in("erp/t3", "own")};
    tenants.log_out("t3", of_application);
    CHECK(client.count("t3.example") == 0);
    tenants.knows_t3 = true;
    tenants.world.loop.advance(base::seconds(1));
    CHECK(client.count("t3.example") == 1);
    CHECK(client.header("t3.example", "cookie") == "SID=own");
    // only the provider's
    tenants.knows_t3 = false;
    tenants.cookies = {cookie_in("erp", "provider")};
    tenants.log_out("t3", of_application);
    tenants.knows_t3 = true;
    tenants.world.loop.advance(base::seconds(1));
    CHECK(client.count("t3.example") == 2);
    CHECK(client.header("t3.example", "cookie").empty());
  }
}

TEST_CASE("calls: the provider's destination is told through his Cloud Connector, whoever leaves [issue 15]") {
  for (const bool is_providers : {false, true}) {
    CAPTURE(is_providers);
    Connected connected;
    const auto request = connected.sent(is_providers);
    const auto field = std::find_if(request.headers.begin(), request.headers.end(),
                                    [](const auto& header) { return header.first == "Proxy-Authorization"; });
    REQUIRE(field != request.headers.end());
    CHECK(field->second == (is_providers ? "Bearer own" : "Bearer t1"));
    CHECK(request.proxy_group == (is_providers ? "" : "t1"));
  }
}

TEST_CASE("execute: a subscriber's own back-end is told of its sessions, and of nobody else's [issue 15]") {
  for (const bool of_application : {false, true}) {
    CAPTURE(of_application);
    Tenants tenants;
    if (of_application) tenants.world.config.looked_up_logouts.clear();
    for (const std::string tenant : {"t1", "t2", "t4", ""}) {
      CAPTURE(tenant);
      tenants.log_out(tenant, of_application);
      const auto& last = tenants.world.client.requests.back();
      const std::string host = tenant == "t1" || tenant == "t2" ? tenant : "provider";
      CHECK(last.url.to_string() == "http://" + host + ".example" + (of_application ? "/app-out" : "/sign-out"));
      CHECK(tenants.world.client.header(host + ".example", "authorization") == "Bearer token-of-" + tenant);
    }
    CHECK(tenants.world.client.requests.size() == 4);
    // nowhere else meanwhile
    tenants.log_out("t3", of_application);
    CHECK(tenants.world.client.requests.size() == 4);
  }
}

TEST_CASE("execute: with preferLocal the provider's back-end is told, whoever leaves [issue 15]") {
  Tenants tenants(true);
  tenants.log_out("t1");
  CHECK(tenants.world.client.count("provider.example") == 1);
  CHECK(tenants.world.client.count("t1.example") == 0);
  auto parts = tenants.world.parts_with(tenants.world.store);
  tenants.world.make_parts(parts);
  const logout::Executor executor(std::move(parts));
  CHECK((*executor.find_target("destination:erp", "t1"))->url.host == "provider.example");
  for (const bool prefer_local : {false, true}) {
    const session::ApplicationLogout logout{"app1", "erp", "/bye", "POST", false, true, prefer_local};
    const auto name = logout::application_target_name(logout);
    CHECK((*executor.find_target(name, "t1"))->url.host == (prefer_local ? "provider.example" : "t1.example"));
  }
}

TEST_CASE("execute: the tenant's own and the provider's are both told where neither is known yet [issue 15]") {
  Tenants tenants(true);
  tenants.world.config.looked_up_logouts["erp"].path = "/app-out";
  tenants.world.make_parts = [](logout::Parts& parts) {
    parts.find_destination = [](const std::string&, const std::string&) { return nullptr; };
  };
  tenants.log_out("t3", true);
  // the fan-out knows the provider's by then
  CHECK(tenants.world.client.count("provider.example") == 1);
  const auto left = run_task(tenants.world.outbox.list({}, {}), &tenants.world.loop);
  REQUIRE(left);
  REQUIRE(left->size() == 1);
  CHECK(left->front().attempts == 1);
}

TEST_CASE("execute: a recorded call goes to the back-end that its tenant has [issue 15]") {
  Tenants tenants;
  auto parts = tenants.world.parts_with(tenants.world.store);
  tenants.world.make_parts(parts);
  const logout::Executor executor(std::move(parts));
  CHECK((*executor.find_target("destination:erp", "t1"))->url.host == "t1.example");
  CHECK((*executor.find_target("destination:erp", "t2"))->url.host == "t2.example");
  CHECK((*executor.find_target("destination:erp", ""))->url.host == "provider.example");
  CHECK(executor.find_target("destination:erp", "t3").error().code == base::ErrorCode::unavailable);
}

TEST_CASE("fan-out: a subscriber whose back-end is away holds up no other's of that name [issue 15]") {
  Tenants tenants;
  tenants.world.client.set("t1.example", 0);
  for (int i = 0; i < 5; ++i) tenants.log_out("t1");
  const auto refused = tenants.world.client.count("t1.example");
  tenants.log_out("t2");
  tenants.log_out("t4");
  CHECK(tenants.world.client.count("t1.example") == refused);
  CHECK(tenants.world.client.count("t2.example") == 1);
  CHECK(tenants.world.client.count("provider.example") == 1);
}

}  // namespace router::test::tenant_targets_test

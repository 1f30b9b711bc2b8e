// Names of back-ends whose name servers are slow, silent or failing, and names with several addresses.
#include <doctest/doctest.h>

#include <list>

#include "e2e/proxy_fixture.h"
#include "support/stub_name_server.h"

namespace router::test::name_look_up_test {
namespace {

// Destinations by name, all on the port of one back-end.
struct NamedBackEnds {
  RecordingBackend backend;
  StubNameServer names;

  RouterSetup setup(std::initializer_list<const char*> hosts,
                    const nlohmann::json& properties = nlohmann::json::object()) {
    RouterSetup setup;
    setup.environment["NAME_SERVERS"] = names.address();
    setup.environment["THREADS"] = "1";
    int number = 0;
    for (const char* host : hosts) {
      const std::string name = "d" + std::to_string(number++);
      setup.add_destination(name, "http://" + std::string(host) + ":" + std::to_string(backend.port()), properties);
      setup.add_public_route(name);
    }
    return setup;
  }
};

}  // namespace

TEST_CASE("name look-ups: a name whose servers are silent holds up no other name, and is 504 in its own time [N4]") {
  NamedBackEnds back_ends;
  back_ends.names.on("silent.example", {.fault = NameFault::silence});
  back_ends.names.on("good.example", {.addresses = {"127.0.0.1"}});
  RouterProcess router(back_ends.setup({"silent.example", "good.example"}, {{"timeout", 2000}}));
  std::list<RawClient> waiting;
  for (int i = 0; i < 50; ++i) waiting.emplace_back(router.port()).send(make_request("GET", "/d0/x"));
  CHECK(eventually([&] { return back_ends.names.asked("silent.example") > 0; }));
  RawClient other(router.port());
  other.send(make_request("GET", "/d1/x"));
  CHECK(other.read().status() == 200);
  for (auto& client : waiting) CHECK(client.stays_silent(milliseconds(0)));  // they wait still
  for (auto& client : waiting) CHECK(client.read().status() == 504);
  // one flight for all of them
  CHECK(back_ends.names.asked("silent.example") == 1);
}

TEST_CASE("name look-ups: waiting for a name and waiting for a place end in one tick, and nobody is woken twice [N1]") {
  NamedBackEnds back_ends;
  back_ends.names.on("silent.example", {.fault = NameFault::silence});
  back_ends.names.on("slow.example", {.addresses = {"127.0.0.1"}, .delay = milliseconds(5'000)});
  back_ends.names.on("good.example", {.addresses = {"127.0.0.1"}});
  // as long as a request waits for a place
  auto setup =
      back_ends.setup({"silent.example", "slow.example", "nowhere.example", "good.example"}, {{"timeout", 5000}});
  setup.environment["LIMIT_UPSTREAM_CONNECTIONS"] = "1";
  RouterProcess router(setup);
  std::list<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    for (const char* path : {"/d0/x", "/d1/x", "/d2/x"})
      clients.emplace_back(router.port()).send(make_request("GET", path));
  }
  for (auto& client : clients) {
    const int status = client.read(milliseconds(15'000)).status();
    CHECK((status == 200 || (status >= 502 && status <= 504)));
  }
  CHECK(ask(router.port(), make_request("GET", "/d3/x")).status() == 200);
}

TEST_CASE(
    "name look-ups: clients that leave during a look-up, and one that fails meanwhile, leave nothing behind [N1]") {
  NamedBackEnds back_ends;
  back_ends.names.on("failing.example", {.fault = NameFault::server_failure, .delay = milliseconds(300)});
  back_ends.names.on("slow.example", {.addresses = {"127.0.0.1"}, .delay = milliseconds(300)});
  RouterProcess router(back_ends.setup({"failing.example", "slow.example"}));
  for (int i = 0; i < 20; ++i) {
    for (const char* path : {"/d0/x", "/d1/x"}) {
      RawClient leaving(router.port());
      leaving.send(make_request("GET", path));
    }
  }
  CHECK(ask(router.port(), make_request("GET", "/d0/x")).status() == 502);
  CHECK(ask(router.port(), make_request("GET", "/d1/x")).status() == 200);
}

TEST_CASE(
    "name look-ups: a name that is unknown, refused or failed is 502 at once, asked for once a second at most [N4]") {
  for (const auto fault : {NameFault::no_such_name, NameFault::server_failure, NameFault::refused}) {
    CAPTURE(static_cast<int>(fault));
    NamedBackEnds back_ends;
    back_ends.names.on("gone.example", {.fault = fault});
    RouterProcess router(back_ends.setup({"gone.example"}));
    for (int i = 0; i < 20; ++i) CHECK(ask(router.port(), make_request("GET", "/d0/x")).status() == 502);
    CHECK(back_ends.names.asked("gone.example") <= 8);
    // it is asked for again
    back_ends.names.on("gone.example", {.addresses = {"127.0.0.1"}});
    CHECK(eventually([&] { return ask(router.port(), make_request("GET", "/d0/x")).status() == 200; }));
  }
}

TEST_CASE("name look-ups: a name server that leaves IPv6 unanswered costs a moment, not its time-out [N4]") {
  NamedBackEnds back_ends;
  back_ends.names.on("half.example", {.addresses = {"127.0.0.1"}, .v6_fault = NameFault::silence});
  RouterProcess router(back_ends.setup({"half.example"}, {{"timeout", 2000}}));
  CHECK(ask(router.port(), make_request("GET", "/d0/x")).status() == 200);
}

TEST_CASE("connecting: where the first address is silent or refuses, the next one is taken [N13]") {
  struct Row {
    const char* name;
    std::vector<std::string> addresses;
  };
  for (const Row& row :
       {Row{"silent first", {SilentAddress::kAddress, "127.0.0.1"}},
        Row{"silent last", {"127.0.0.1", SilentAddress::kAddress}}, Row{"refusing first", {"127.0.0.3", "127.0.0.1"}},
        Row{"IPv6 that refuses", {"::1", "127.0.0.1"}},
        Row{"refusing, silent, good", {"127.0.0.3", SilentAddress::kAddress, "127.0.0.1"}}}) {
    CAPTURE(row.name);
    NamedBackEnds back_ends;
    const SilentAddress silent(back_ends.backend.port());
    back_ends.names.on("several.example", {.addresses = row.addresses});
    RouterProcess router(back_ends.setup({"several.example"}, {{"timeout", 3000}}));
    CHECK(ask(router.port(), make_request("GET", "/d0/x")).status() == 200);
  }
}

TEST_CASE(
    "connecting: addresses that all refuse are 502, and that are all silent 504 in the destination's time [N13]") {
  NamedBackEnds back_ends;
  const SilentAddress silent(back_ends.backend.port());
  back_ends.names.on("refusing.example", {.addresses = {"127.0.0.3", "127.0.0.4"}});
  back_ends.names.on("silent.example", {.addresses = {SilentAddress::kAddress}});
  RouterProcess router(back_ends.setup({"refusing.example", "silent.example"}, {{"timeout", 1000}}));
  CHECK(ask(router.port(), make_request("GET", "/d0/x")).status() == 502);
  CHECK(ask(router.port(), make_request("GET", "/d1/x")).status() == 504);
}

}  // namespace router::test::name_look_up_test

#include "pipeline/client_address.h"

#include <doctest/doctest.h>

#include "pipeline/stage_world.h"

namespace router::client_address_test {

using test::Fields;
using test::StageWorld;
using test::status_after;

namespace {

constexpr const char* kForwarded = "X-Forwarded-For";

std::string seen(StageWorld& world, Fields fields) {
  auto& context = world.ask("GET", "/", fields);
  CHECK(status_after(pipeline::sanitize(context)) == 0);
  return context.external.client_address;
}

}  // namespace

TEST_CASE("client address: all forwarding lines are one list, read from the right [S3]") {
  struct Row {
    const char* why;
    Fields fields;
    const char* client;
  };
  const Row rows[] = {
      {"no proxy said anything", {{"Host", "a"}}, "10.1.2.3"},
      {"one hop", {{"Host", "a"}, {kForwarded, "203.0.113.9"}}, "203.0.113.9"},
      {"the client's own line comes first, the proxy's behind it",
       {{"Host", "a"}, {kForwarded, "6.6.6.6"}, {"x-forwarded-for", "203.0.113.9"}},
       "203.0.113.9"},
      {"three lines, the last one empty",
       {{"Host", "a"}, {kForwarded, "6.6.6.6"}, {kForwarded, "203.0.113.9, 10.0.0.7"}, {kForwarded, ""}},
       "203.0.113.9"},
      {"empty elements are none", {{"Host", "a"}, {kForwarded, "203.0.113.9, , "}}, "203.0.113.9"},
      {"with a port", {{"Host", "a"}, {kForwarded, "6.6.6.6, 203.0.113.9:61234"}}, "203.0.113.9"},
      {"a proxy of ours with a port is passed by",
       {{"Host", "a"}, {kForwarded, "203.0.113.9, 10.0.0.7:80"}},
       "203.0.113.9"},
      {"IPv4 inside IPv6", {{"Host", "a"}, {kForwarded, "::ffff:203.0.113.9"}}, "203.0.113.9"},
      {"a proxy of ours inside IPv6 is passed by",
       {{"Host", "a"}, {kForwarded, "203.0.113.9, [::ffff:10.0.0.7]:80"}},
       "203.0.113.9"},
      {"IPv6 in brackets", {{"Host", "a"}, {kForwarded, "[2001:DB8::9]:443"}}, "2001:db8::9"},
      {"what is no address ends the walk at the proxy", {{"Host", "a"}, {kForwarded, "unknown"}}, "10.1.2.3"},
      {"... and at the last good hop", {{"Host", "a"}, {kForwarded, "203.0.113.9, junk, 10.0.0.7"}}, "10.0.0.7"},
  };
  for (const bool are_named : {true, false}) {
    for (const Row& row : rows) {
      CAPTURE(std::string(row.why));
      StageWorld world;
      world.peer = "10.1.2.3";
      world.config.environment.proxies_are_named = are_named;
      CHECK(seen(world, row.fields) == row.client);
    }
  }
}

TEST_CASE(
    "client address: where every hop is trusted by default the right-most counts, named ones are walked "
    "[S3]") {
  const Fields fields = {{"Host", "a"}, {kForwarded, "10.66.66.66, 10.7.7.7"}, {kForwarded, "10.5.5.5"}};
  StageWorld world;
  world.peer = "10.1.2.3";
  CHECK(seen(world, fields) == "10.5.5.5");
  world.config.environment.proxies_are_named = true;
  CHECK(seen(world, fields) == "10.66.66.66");
}

TEST_CASE("client address: junk before private hops does not let the client choose one of them [S3]") {
  StageWorld world;
  world.peer = "10.1.2.3";
  CHECK(seen(world, {{"Host", "a"}, {kForwarded, "junk, 10.66.66.66, 10.5.5.5"}}) == "10.5.5.5");
}

TEST_CASE("client address: a stranger's forwarding lines are not read [S3]") {
  StageWorld world;
  CHECK(seen(world, {{"Host", "a"}, {kForwarded, "6.6.6.6"}, {kForwarded, "10.0.0.7"}}) == "192.0.2.7");
}

}  // namespace router::client_address_test

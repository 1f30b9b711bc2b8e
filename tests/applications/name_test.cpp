#include "applications/name.h"

#include <doctest/doctest.h>

namespace router::name_test {
namespace {

using applications::name_of;
using applications::path_inside;

config::Repository repository() {
  config::Repository bound;
  bound.direct.push_back(*base::Pattern::checked("^assets$"));
  bound.prefixes = {{"comsapbiz", "11,22"}, {"biz", "11,22"}, {"own", ""}};
  bound.own_prefixes = {"own"};
  return bound;
}

TEST_CASE("application: the first segment names it, with a version or a business service before it [issue 15]") {
  constexpr const char* kGuid = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
  struct Row {
    std::string path;
    std::string name;  // empty: none
    std::string host_ids = {};
  };
  const Row rows[] = {
      {"/app1", "app1"},
      {"/app1/", "app1"},
      {"/App_1/x/y", "App_1"},
      {"/app1-1.0.0/x", "app1-1.0.0"},
      {"/app-one/x", ""},
      {"/app-1.0/x", ""},
      {"/app-1.0.0-beta/x", ""},
      {"/app-1.0.0.0/x", ""},
      {"/app-1..0/x", ""},
      {"/-1.0.0/x", ""},
      {"/app-~1~/x", ""},
      {"/app%20x/x", ""},
      {"/", ""},
      {"//app1", ""},
      {"/favicon.ico", ""},
      {"/login", ""},
      {"/login/callback", ""},
      {"/logins/x", "logins"},
      {"/assets/x", ""},
      {"/assets2/x", "assets2"},
      {"/comsapbiz.app1/x", "app1", "11,22"},
      {"/biz.app1-2.0.0/x", "app1-2.0.0", "11,22"},
      {"/own.app1/x", "app1"},
      {std::string("/") + kGuid + ".own.app1/x", "app1"},
      {std::string("/") + kGuid + ".biz.app1/x", ""},
      {"/0a1b2c3d.own.app1/x", ""},
      {"/unknown.app1/x", ""},
      {"/com.sap.biz.app1/x", ""},
      {"/biz./x", ""},
      {"/.app1/x", ""},
      {"/" + std::string(256, 'a'), ""},
  };
  const auto bound = repository();
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto found = name_of(row.path, bound);
    REQUIRE(found.has_value() == !row.name.empty());
    if (!found) continue;
    CHECK(found->name == row.name);
    CHECK(found->host_ids == row.host_ids);
  }
}

TEST_CASE("application: within it a path begins with a slash, without the cache buster [issue 15]") {
  struct Row {
    const char* path;
    const char* inside;
    bool has_buster = false;
  };
  const Row rows[] = {
      {"/app1", "/"},
      {"/app1/", "/"},
      {"/app1/x", "/x"},
      {"/app1/x/", "/x/"},
      {"/app1/~2026~", "/", true},
      {"/app1/~2026~/", "/", true},
      {"/app1/~2026~/x?", "/x?", true},
      {"/app1/~/x", "/~/x"},
      {"/app1/~~/x", "/~~/x"},
      {"/app1/~a/x", "/~a/x"},
      {"/app1/x/~2026~/y", "/x/~2026~/y"},
      {"/app1//x", "//x"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.path);
    const auto inside = path_inside(row.path, {"app1", "app1", ""});
    CHECK(inside.path == row.inside);
    CHECK(inside.has_cache_buster == row.has_buster);
  }
}

TEST_CASE("application: whose it is says the host, or without a pattern the binding [issue 15]") {
  config::Configuration config;
  config.repository = repository();
  config.repository->zone = "provider";
  http::External external;
  CHECK(applications::tenant_of(external, config) == "provider");
  config.environment.tenant_host_pattern = "^(.*)-app";
  external.tenant = "provider";
  CHECK(applications::tenant_of(external, config).empty());
  external.tenant = "t1";
  external.host_names_tenant = true;
  CHECK(applications::tenant_of(external, config) == "t1");
}

}  // namespace
}  // namespace router::name_test

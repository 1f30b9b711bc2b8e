// A router with a provider and two protected back-ends, orders and invoices, both with a logoutPath.
#pragma once

#include "e2e/browser.h"
#include "support/recording_backend.h"
#include "support/router_process.h"
#include "support/stub_provider.h"

namespace router::test {

inline nlohmann::json protected_route(const std::string& name) {
  return {{"source", "^/" + name + "/(.*)$"}, {"destination", name}, {"authenticationType", "oidc"}};
}

inline RouterSetup sign_on_setup(const StubProvider& provider, const std::string& orders, const std::string& invoices) {
  RouterSetup setup;
  setup.environment = provider.variables();
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.add_destination("orders", orders, {{"forwardAuthToken", true}});
  setup.add_destination("invoices", invoices, {{"forwardAuthToken", true}, {"timeout", 2'000}});
  setup.add_route(protected_route("orders"));
  setup.add_route(protected_route("invoices"));
  setup.add_route(
      {{"source", "^/admin/(.*)$"}, {"destination", "orders"}, {"authenticationType", "oidc"}, {"scope", "admin"}});
  setup.add_route({{"source", "^/public/(.*)$"}, {"destination", "orders"}, {"authenticationType", "none"}});
  setup.add_route({{"source", "^/bye\\.html$"}, {"localDir", "static"}, {"authenticationType", "none"}});
  setup.files["static/bye.html"] = "<!doctype html><title>Bye</title>";
  setup.descriptor["websockets"] = {{"enabled", true}};
  setup.descriptor["logout"] = {{"logoutEndpoint", "/my/logout"},
                                {"logoutPage", "/bye.html"},
                                {"backChannelLogoutEndpoint", "/my/back-channel"},
                                {"frontChannelLogoutEndpoint", "/my/front-channel"}};
  setup.descriptor["destinations"] = {{"orders", {{"logoutPath", "/sign-out"}}},
                                      {"invoices", {{"logoutPath", "/sign-out"}, {"logoutMethod", "GET"}}}};
  return setup;
}

inline Browser signed_in_at(const RouterProcess& router) {
  Browser browser(router.port());
  browser.open("/orders/start");
  return browser;
}
// Whether that browser's cookies still are a session.
inline bool is_a_session(Browser browser) {
  return browser.get("/orders/still", {{"X-Requested-With", "XMLHttpRequest"}}).status() == 200;
}

struct SignOnFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{sign_on_setup(provider, orders.origin(), invoices.origin())};

  Browser signed_in() { return signed_in_at(router); }
  bool is_signed_in(const Browser& browser) { return is_a_session(browser); }
};

}  // namespace router::test

// A router with public routes to back-ends, beside those with a login: whose session cookies go where.
#pragma once

#include <map>
#include <string>

#include "e2e/sign_on_fixture.h"

namespace router::test {

inline Behaviour sets(const std::string& cookies) {
  return answers("HTTP/1.1 200 OK\r\n" + cookies + "Content-Length: 0\r\n\r\n");
}

using Variables = std::map<std::string, std::string>;

inline std::string last_cookies(const RecordingBackend& backend, const std::string& path) {
  const auto requests = backend.requests_to(path);
  return requests.empty() ? "no request" : requests.back().field("Cookie");
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A public route for each back-end, and one whose cookies go to the browser.
struct PublicFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router;

  explicit PublicFixture(const Variables& environment = {}, const nlohmann::json& descriptor = nlohmann::json::object())
      : router(setup(provider, orders.origin(), invoices.origin(), environment, descriptor)) {
    for (auto* backend : {&orders, &invoices}) {
      for (const std::string path : {"/public/in", "/bills/in", "/twin/in", "/orders/in"})
        backend->on(path, sets("Set-Cookie: SID=" + path.substr(1) + "; Path=/; HttpOnly\r\n"));
    }
  }

  static RouterSetup setup(const StubProvider& provider, const std::string& orders, const std::string& invoices,
                           const Variables& environment, const nlohmann::json& descriptor) {
    auto made = sign_on_setup(provider, orders, invoices);
    made.add_destination("twin", orders);
    made.add_route({{"source", "^/bills/(.*)$"}, {"destination", "invoices"}, {"authenticationType", "none"}});
    made.add_route({{"source", "^/twin/(.*)$"}, {"destination", "twin"}, {"authenticationType", "none"}});
    made.add_route({{"source", "^/open/(.*)$"},
                    {"destination", "orders"},
                    {"authenticationType", "none"},
                    {"setBackendSessionCookies", true}});
    made.add_route({{"source", "^/own/(.*)$"},
                    {"destination", "orders"},
                    {"authenticationType", "oidc"},
                    {"setBackendSessionCookies", true}});
    for (const auto& [name, value] : environment) made.environment[name] = value;
    made.descriptor.update(descriptor);
    return made;
  }
  Browser browser() const { return Browser(router.port()); }
  // One that is signed in at a back-end, and to the router nobody.
  Browser visitor(const std::string& path = "/public/in") const {
    auto made = browser();
    made.get(path);
    return made;
  }
};

}  // namespace router::test

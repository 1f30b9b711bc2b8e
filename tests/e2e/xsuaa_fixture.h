// A router with an xsuaa binding, and whatever other services and routes a test asks for.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "e2e/sign_on_fixture.h"

namespace router::test {

inline constexpr const char* kAda = "Basic YWRhOnNlY3JldA==";  // ada:secret
inline constexpr const char* kWrong = "Basic YWRhOndyb25n";    // ada:wrong
inline constexpr const char* kCaller = "x-approuter-authorization";

inline nlohmann::json route(const std::string& path, const std::string& type,
                            const nlohmann::json& more = nlohmann::json::object()) {
  nlohmann::json out{{"source", "^/" + path + "/(.*)$"}, {"target", "/" + path + "/$1"}, {"authenticationType", type}};
  out.update(more);
  if (!out.contains("service") && !out.contains("destination")) out["destination"] = "app";
  return out;
}

inline nlohmann::json binding(const std::string& name, const nlohmann::json& credentials) {
  return nlohmann::json::array({{{"name", name}, {"credentials", credentials}}});
}

inline RouterSetup setup_with(const RecordingBackend& app, const nlohmann::json& services) {
  RouterSetup setup;
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.environment["VCAP_SERVICES"] = services.dump();
  setup.add_destination("app", app.origin(), {{"forwardAuthToken", true}});
  return setup;
}

inline std::string decoded_claims(const std::string& authorization) {
  const auto first = authorization.find('.') + 1;
  std::string out;
  std::string text = authorization.substr(first, authorization.find('.', first) - first);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 6) | static_cast<unsigned>(alphabet.find(c));
    count += 6;
    if (count >= 8) out.push_back(static_cast<char>((bits >> (count -= 8)) & 0xFF));
  }
  return out;
}

// Whose token the last request to `path` carried: the claim `sub`, empty without a token.
inline std::string token_user(const RecordingBackend& app, const std::string& path) {
  const auto requests = app.requests_to(path);
  if (requests.empty()) return "(no request)";
  const auto field = requests.back().field("Authorization");
  return field.empty() ? "" : nlohmann::json::parse(decoded_claims(field)).value("sub", "");
}

struct XsuaaFixture {
  StubProvider provider;
  RecordingBackend app;
  RouterProcess router;

  explicit XsuaaFixture(const std::vector<nlohmann::json>& routes,
                        const nlohmann::json& more_services = nlohmann::json::object(),
                        const std::map<std::string, std::string>& variables = {},
                        const nlohmann::json& changes = nlohmann::json::object())
      : router(make(routes, more_services, variables, changes)) {}

 private:
  RouterSetup make(const std::vector<nlohmann::json>& routes, const nlohmann::json& more_services,
                   const std::map<std::string, std::string>& variables, const nlohmann::json& changes) {
    auto credentials = provider.credentials();
    credentials.update(changes);
    nlohmann::json services{{"xsuaa", binding("uaa", credentials)}};
    services.update(more_services);
    auto setup = setup_with(app, services);
    for (const auto& [name, value] : variables) setup.environment[name] = value;
    for (const auto& one : routes) setup.add_route(one);
    return setup;
  }
};

}  // namespace router::test

#include "config/left_out.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/json_access.h"

namespace router::config {
namespace {

struct LeftOut {
  std::string_view name;
  std::string_view instead;
};

// * at the end: every variable that begins so.
constexpr std::array kLeftOutVariables = {
    LeftOut{"HTTP2_SUPPORT", "browsers are answered with HTTP/1.1"},
    LeftOut{"BACKEND_MAX_SOCKETS", "LIMIT_UPSTREAM_CONNECTIONS says how many there are"},
    LeftOut{"HANDLE_WEBSOCKET_EXT", "there are no extensions in JavaScript"},
    LeftOut{"OMIT_LOGIN_CSP", "the login page needs its policy"},
    LeftOut{"XS_APP_LOG_LEVEL", "LOG_LEVEL says what is logged"},
    LeftOut{"CF_NODEJS_LOGGING_LEVEL", "LOG_LEVEL says what is logged"},
    LeftOut{"REQUEST_TRACE", "LOG_LEVEL says what is logged"},
    LeftOut{"BACKEND_COOKIES_SECRET", "cookies of back-ends never leave the router"},
    LeftOut{"IAS_PRIVATE_KEY", "the key is taken from the binding"},
    LeftOut{"SKIP_CLIENT_CREDENTIALS_TOKENS_LOAD", "no token is fetched before it is needed"},
    LeftOut{"CACHE_SERVICE_CREDENTIALS", "bindings are read at start and with SIGHUP"},
    LeftOut{"SERVICE_2_APPROUTER", "the SAP passport is passed on as any header"},
    LeftOut{"CLIENT_CERTIFICATE_HEADER_NAME", "there are no callbacks of a subscription-manager"},
    LeftOut{"EXTENDED_LOGIN_CSP", "the login page has a strict policy of its own"},
    LeftOut{"ENABLE_FRAME_ANCESTORS_CSP_HEADERS", "responseHeaders may set the policy"},
    LeftOut{"FRAME_ANCESTORS_CSP_HEADER_CACHE_TIME", "responseHeaders may set the policy"},
    LeftOut{"MERGE_CSP_HEADERS", "a configured policy replaces the back-end's"},
    LeftOut{"STORE_SESSION_COOKIES_IN_EXTERNAL_SESSION_STORE", "they are part of the session"},
    LeftOut{"COOKIE_BACKWARD_COMPATIBILITY", "cookies are written as RFC 6265 says"},
    LeftOut{"ENABLE_FORWARD_CORPORATE_IDP_TOKEN", "the access token is forwarded"},
    LeftOut{"USE_HTML5_APP_XS_APPJSON_IN_LOGIN_CALLBACK", "logins come back to the central callbackEndpoint"},
    LeftOut{"SVC2AR_*", "sessions of services are not shared"},
    LeftOut{"ZONE_INFO_*", "no zone information is asked for"},
};

// By label or tag.
constexpr std::array kBindings = {
    LeftOut{"subscription-manager", "its subscription callbacks are not answered"},
};

constexpr std::string_view kExpected = "nothing of it: it is left out here";

bool names(const LeftOut& row, std::string_view variable) {
  if (!row.name.ends_with('*')) return row.name == variable;
  return variable.starts_with(row.name.substr(0, row.name.size() - 1));
}

void warn_left_out_variables(const Validation& validation) {
  for (const std::string& name : validation.variables.names()) {
    const auto value = validation.variables.said(name);
    if (!value || *value == "false") continue;
    const auto row = std::find_if(kLeftOutVariables.begin(), kLeftOutVariables.end(),
                                  [&](const LeftOut& candidate) { return names(candidate, name); });
    if (row == kLeftOutVariables.end()) continue;
    validation.variables.warning(name, name + ", a variable of the Node router", std::string(kExpected),
                                 std::string(row->instead));
  }
}

void warn_bindings(const Validation& validation) {
  for (const LeftOut& row : kBindings) {
    const auto& bindings = validation.bindings;
    const auto bound =
        std::find_if(bindings.begin(), bindings.end(), [&](const Binding& binding) { return binding.is(row.name); });
    if (bound == bindings.end()) continue;
    bound->report.into(validation.report.issues())
        .warning("", {"the bound service " + show(row.name), std::string(kExpected), std::string(row.instead)});
  }
}

void warn_routes(const Validation& validation) {
  if (validation.configuration.repository) return;
  for (const Route& route : validation.configuration.routes) {
    if (route.service() == nullptr || route.service()->name != kHtml5Service) continue;
    validation.report.warning(route_pointer(route) + "/service",
                              {show(std::string_view(kHtml5Service)) + " while none is bound",
                               "a binding of html5-apps-repo, plan app-runtime", "until then the route answers 503"});
  }
}

// Of the destinations that have it the first one is named.
void warn_destinations(const Validation& validation) {
  const Variables& variables = validation.variables;
  const auto text = variables.said("destinations");
  const json list = text ? json::parse(*text, nullptr, false) : json();
  const auto warn_first = [&](std::string_view property, std::string_view harmless, std::string_view instead) {
    for (const json& entry : list) {
      const auto value = text_member(entry, property);
      if (!value || value->empty() || *value == harmless || base::equals_ignoring_case(*value, "OnPremise")) continue;
      variables.warning(
          "destinations",
          std::string(property) + " of " +
              show(std::string_view(text_member(entry, "name").value_or(text_member(entry, "Name").value_or("")))),
          std::string(kExpected), std::string(instead));
      return;
    }
  };
  if (!list.is_array()) return;
  warn_first("proxyType", "Internet", "the destination is called over the network as it is");
  warn_first("ProxyType", "Internet", "the destination is called over the network as it is");
  warn_first("IASDependencyName", "", "the login token is not exchanged");
}

}  // namespace

void warn_left_out(const Validation& validation) {
  warn_routes(validation);
  warn_bindings(validation);
  warn_destinations(validation);
  warn_left_out_variables(validation);
}

}  // namespace router::config

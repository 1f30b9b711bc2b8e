#include "logout/call_request.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "backend/on_premise.h"
#include "base/text.h"
#include "http/form.h"

namespace router::logout {

namespace {

// To the proxy, which is told of the user in a field of its own.
void lead_through_connector(const CallRecord& call, const CallTarget& target, bool with_token,
                            const base::Secret& proxy_token, net::ClientRequest& request) {
  request.proxy_host = target.connectivity->proxy_host;
  request.proxy_port = target.connectivity->proxy_port;
  request.whole_to_proxy = true;
  request.proxy_group = config::connector_tenant(target.is_providers, call.tenant);
  const bool tells_user = with_token && target.propagates_user;
  auto fields = backend::connector_fields(target.location_id, proxy_token,
                                          tells_user ? call.credentials->access_token : base::Secret());
  request.headers.insert(request.headers.end(), fields.begin(), fields.end());
}

// Not twice what this call says itself.
void add_configured(const CallTarget& target, net::ClientRequest& request) {
  const auto ours = request.headers.size();
  for (const auto& header : target.headers) {
    const auto end = request.headers.begin() + static_cast<std::ptrdiff_t>(ours);
    const bool is_said = std::any_of(request.headers.begin(), end, [&](const auto& field) {
      return base::equals_ignoring_case(field.first, header.name);
    });
    if (!is_said) request.headers.emplace_back(header.name, header.value);
  }
}

}  // namespace

net::ClientRequest make_request(const CallRecord& call, const CallTarget& target, bool with_token,
                                const base::Secret& proxy_token, const std::string& own_token) {
  net::ClientRequest request;
  request.method = target.method;
  request.url = target.url;
  request.timeout = target.timeout;
  request.tls = target.tls;
  request.proxy_host = target.proxy_host;
  request.proxy_port = target.proxy_port;
  request.is_strict = target.strict_connections;
  for (const auto& header : call.forwarded) {
    // who recorded it may not have known what the destination wants
    if (!target.sends_forwarded && header.name.starts_with("x-forwarded-")) continue;
    request.headers.emplace_back(header.name, header.value);
  }
  if (!target.authorization.empty()) {
    request.headers.emplace_back("Authorization", std::string(target.authorization.reveal()));
  } else if (with_token && !target.propagates_user) {
    request.headers.emplace_back("Authorization", "Bearer " + std::string(call.credentials->access_token.reveal()));
  }
  if (target.connectivity) lead_through_connector(call, target, with_token, proxy_token, request);
  // while it waited another owner's of that name may have come in its place
  const bool are_its_own = call.jar.empty() || call.jar == target.jar;
  if (are_its_own && !call.cookies.empty()) request.headers.emplace_back("Cookie", std::string(call.cookies.reveal()));
  request.headers.emplace_back("Idempotency-Key", call.id);
  if (target.takes_signal) {
    request.headers.emplace_back("Content-Type", "application/secevent+jwt");
    request.headers.emplace_back("Accept", "application/json");
    request.body = own_token;
  } else if (!own_token.empty()) {
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = http::encode_form({{"logout_token", own_token}});
  }
  add_configured(target, request);
  return request;
}

}  // namespace router::logout

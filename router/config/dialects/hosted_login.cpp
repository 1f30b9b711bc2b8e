#include "config/dialects/hosted_login.h"

#include <array>

#include "config/dialects/dialect.h"
#include "config/dialects/pages.h"
#include "config/json_access.h"
#include "config/validate.h"

namespace router::config {
namespace {

void read_hosted_login(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "hostedLogin");
  if (section == nullptr) return;
  HostedLogin& hosted = configuration.hosted_login.emplace();
  hosted.customer_id = text_member(*section, "customerId").value_or("");
  const json* clients = object_member(*section, "clients");
  if (clients == nullptr) return;
  for (const auto& [id, entry] : clients->items()) {
    HostedLoginClient& client = hosted.clients[id];
    client.redirect_uris = texts_member(entry, "redirectUris");
    client.secret = base::Secret(text_member(entry, "secret").value_or(""));
  }
}

void validate_hosted_login(const Validation& validation) {
  if (!validation.configuration.hosted_login) return;
  for (const auto& [id, client] : validation.configuration.hosted_login->clients) {
    const std::string pointer = pointer_to("/hostedLogin/clients", id);
    if (id.empty()) validation.report.error(pointer, unless_known(show(std::string_view(id)), "a client_id"));
    check_redirect_uris(validation.report, pointer + "/redirectUris", client.redirect_uris);
  }
}

Endpoints hosted_login_endpoints(const Configuration& configuration) {
  const auto& hosted = configuration.hosted_login;
  if (!hosted) return {};
  return {{"/hostedLogin/customerId", hosted->logout_path()}, {"/hostedLogin/customerId", hosted->revocation_path()}};
}

constexpr std::array kHostedLoginSpelling = {SpellingRule{"/hostedLogin/customerId", segment_as_meant}};

}  // namespace

const Dialect kHostedLogin = {read_hosted_login, validate_hosted_login, hosted_login_endpoints, kHostedLoginSpelling};

}  // namespace router::config

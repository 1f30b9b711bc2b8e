#include "logout/claimed_issuer.h"

#include "base/text.h"
#include "config/json_access.h"
#include "crypto/digest.h"

namespace router::logout {
namespace {

// Empty if the token does not say.
std::string claimed_issuer(std::string_view token) {
  const auto after_header = base::cut(token, '.').after.value_or("");
  const auto payload = crypto::base64url_decode(base::cut(after_header, '.').before);
  if (!payload) return {};
  config::Issues issues;
  const auto document = config::read_json("token", *payload, issues);
  return document ? config::text_member(document->root(), "iss").value_or("") : "";
}

}  // namespace

identity::Provider* provider_of_token(const identity::Providers& providers, std::string_view token) {
  if (auto* known = providers.find_issuer(claimed_issuer(token))) return known;
  // Before its metadata is known a provider has no issuer to be found by; the only one needs none.
  return providers.all().size() == 1 ? providers.first() : nullptr;
}

}  // namespace router::logout

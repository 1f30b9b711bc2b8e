#include "config/json_access.h"
#include "config/read_descriptor.h"

namespace router::config {
namespace {

CrossSiteLogout cross_site_of(const json& value) {
  const auto word = text_member(value, "crossSite");
  if (word == "allow") return CrossSiteLogout::allow;
  return word == "deny" ? CrossSiteLogout::deny : CrossSiteLogout::confirm;
}

}  // namespace

void read_logout_rules(const json& value, LogoutRules& rules) {
  if (member(value, "revokeTokens") != nullptr) rules.revoke_tokens = flag_member(value, "revokeTokens", true);
  rules.revoke_after = seconds(integer_member(value, "revokeAfter").value_or(60));
  rules.longest_hint = static_cast<std::size_t>(integer_member(value, "longestHint").value_or(2000));
  rules.posts_to_provider = text_member(value, "providerMethod") == "POST";
  rules.clear_site_data = texts_member(value, "clearSiteData");
  rules.cross_site = cross_site_of(value);
  rules.receipt_link = flag_member(value, "receiptLink", false);
}

}  // namespace router::config

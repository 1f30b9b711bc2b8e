#include "identity/claims.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/jose_json.h"
#include "identity/addresses.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

using nlohmann::json;

// 2255-03: later times do not fit the nanoseconds of WallTime.
constexpr double kLatest = 9'000'000'000.0;

std::string text_or_empty(const json& claims, const char* name) {
  const auto claim = string_claim(claims, name);
  return claim && *claim ? **claim : std::string();
}

// xsuaa's name for it, and those of ias.
std::string tenant_of_claims(const json& claims) {
  for (const char* name : {"zid", "app_tid", "zone_uuid"}) {
    if (auto tenant = text_or_empty(claims, name); !tenant.empty()) return tenant;
  }
  return "";
}

}  // namespace

base::Result<json> parse_claims(std::string_view payload) {
  auto claims = crypto::parse_json_object(payload);
  if (!claims) return refused_credential("token: the payload is not a JSON object");
  return *std::move(claims);
}

base::Result<std::optional<std::string>> string_claim(const json& claims, const char* name) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return std::optional<std::string>();
  if (!claim->is_string()) return refused_credential(std::string("claim ") + name + " is not a string");
  auto text = claim->get<std::string>();
  if (text.empty() || text.size() > kMaxNameChars) {
    return refused_credential(std::string("claim ") + name + " is empty or too long");
  }
  return std::optional<std::string>(std::move(text));
}

base::Result<std::string> required_claim(const json& claims, const char* name) {
  auto claim = string_claim(claims, name);
  if (!claim) return claim.error();
  if (!*claim) return refused_credential(std::string("claim ") + name + " is missing");
  return **std::move(claim);
}

base::Result<std::optional<long long>> time_claim(const json& claims, const char* name) {
  const auto claim = claims.find(name);
  if (claim == claims.end()) return std::optional<long long>();
  if (!claim->is_number()) return refused_credential(std::string("claim ") + name + " is not a number");
  const auto value = claim->get<double>();
  // Written so that a NaN fails too, and before the conversion, which would be undefined outside the range.
  if (!(value >= 0.0 && value <= kLatest)) return refused_credential(std::string("claim ") + name + " is no sane time");
  return std::optional<long long>(static_cast<long long>(value));
}

base::Result<void> check_times(const json& claims, base::WallTime now, TimeRule rule) {
  const long long seconds = base::unix_seconds(now);
  const auto exp = time_claim(claims, "exp");
  const auto nbf = time_claim(claims, "nbf");
  const auto iat = time_claim(claims, "iat");
  for (const auto* time : {&exp, &nbf, &iat}) {
    if (!*time) return time->error();
  }
  if (rule.exp_required && !*exp) return refused_credential("claim exp is missing");
  if (rule.iat_required && !*iat) return refused_credential("claim iat is missing");
  if (rule.exp_checked && *exp && **exp + kSkewSeconds <= seconds) return refused_credential("the token has expired");
  if (*nbf && **nbf > seconds + kSkewSeconds) return refused_credential("the token is not valid yet");
  if (*iat && **iat > seconds + kSkewSeconds) return refused_credential("the token was issued in the future");
  return {};
}

base::Result<std::vector<std::string>> audiences(const json& claims) {
  const auto claim = claims.find("aud");
  if (claim == claims.end()) return refused_credential("claim aud is missing");
  if (claim->is_string()) return std::vector<std::string>{claim->get<std::string>()};
  if (!claim->is_array()) return refused_credential("claim aud is neither a string nor an array");
  std::vector<std::string> list;
  for (const json& entry : *claim) {
    if (!entry.is_string()) return refused_credential("claim aud holds something that is not a string");
    list.push_back(entry.get<std::string>());
  }
  return list;
}

base::Result<void> check_recipient(const json& claims, std::string_view recipient) {
  const auto list = audiences(claims);
  if (!list) return list.error();
  if (std::find(list->begin(), list->end(), recipient) != list->end()) return {};
  return refused_credential("claim aud does not name " + std::string(recipient));
}

base::Result<void> check_audience(const json& claims, std::string_view client_id) {
  const auto list = audiences(claims);
  if (!list) return list.error();
  if (std::find(list->begin(), list->end(), client_id) == list->end()) {
    return refused_credential("claim aud does not name this client");
  }
  const auto party = string_claim(claims, "azp");
  if (!party) return party.error();
  if (*party && **party != client_id) return refused_credential("claim azp names another client");
  if (!*party && list->size() > 1) return refused_credential("several audiences, but no claim azp");
  return {};
}

base::Result<void> check_issuer(const json& claims, std::string_view issuer) {
  const auto claim = required_claim(claims, "iss");
  if (!claim) return claim.error();
  if (*claim != issuer) {
    return refused_credential("claim iss is " + *claim + ", expected " + std::string(issuer));
  }
  return {};
}

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  for (const auto scope : base::split(text, ' ')) {
    if (!scope.empty()) scopes.emplace_back(scope);
  }
  return scopes;
}

std::vector<std::string> scopes_of(const json& claims) {
  const auto claim = claims.find("scope");
  if (claim == claims.end()) return {};
  if (claim->is_string()) return split_scopes(claim->get<std::string>());
  std::vector<std::string> scopes;
  if (!claim->is_array()) return scopes;
  for (const json& scope : *claim) {
    if (scope.is_string() && !scope.get_ref<const std::string&>().empty()) scopes.push_back(scope.get<std::string>());
  }
  return scopes;
}

std::string user_name_of(const json& claims) {
  for (const char* name : {"preferred_username", "user_name", "email", "sub"}) {
    if (auto text = text_or_empty(claims, name); !text.empty()) return text;
  }
  return "";
}

Claims collect_claims(const json& claims, std::string payload) {
  Claims result;
  result.issuer = text_or_empty(claims, "iss");
  result.subject = text_or_empty(claims, "sub");
  result.idp_session_id = text_or_empty(claims, "sid");
  result.user_name = user_name_of(claims);
  result.addresses = verified_addresses(claims);
  result.tenant = tenant_of_claims(claims);
  if (const auto more = claims.find("ext_attr"); more != claims.end() && more->is_object())
    result.subdomain = text_or_empty(*more, "zdn");
  if (const auto time = time_claim(claims, "auth_time"); time && *time)
    result.authenticated = base::WallTime(base::seconds(**time));
  result.scopes = scopes_of(claims);
  result.json = std::move(payload);
  return result;
}

std::string tenant_in(std::string_view claims) {
  const auto parsed = crypto::parse_json_object(claims);
  return parsed ? tenant_of_claims(*parsed) : "";
}

base::Result<void> check_tenant(const Claims& claims, std::string_view tenant, bool must_say) {
  if (tenant.empty() || claims.subdomain == tenant) return {};
  if (claims.subdomain.empty() && !must_say) return {};
  return refused_credential(claims.subdomain.empty() ? "claim ext_attr.zdn is missing"
                                                     : "claim ext_attr.zdn names another tenant");
}

std::optional<base::WallTime> expiry_of(const json& claims) {
  const auto exp = time_claim(claims, "exp");
  if (!exp || !*exp) return std::nullopt;
  return base::WallTime(base::seconds(**exp));
}

bool has_type(std::string_view typ, std::initializer_list<std::string_view> wanted) {
  if (typ.empty()) return true;
  std::string type = base::to_lower(typ);
  constexpr std::string_view kPrefix = "application/";
  if (type.starts_with(kPrefix)) type.erase(0, kPrefix.size());
  return std::find(wanted.begin(), wanted.end(), type) != wanted.end();
}

}  // namespace router::identity

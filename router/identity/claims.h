// Reading claims out of verified tokens: a wrong type is refused, never converted.
//
// Numbers are taken only where they are times between 1970 and 2255; a claim such as 1e300, "2030" or -1
// makes the token invalid. The skew allowed between clocks is 60 s; times are wall time. Pure. Errors:
// unauthenticated. Source: OpenID Connect Core 1.0 sections 2 and 3.1.3.7, RFC 7519 section 4.1.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "identity/verified_claims.h"

namespace router::identity {

inline constexpr long long kSkewSeconds = 60;
inline constexpr std::size_t kMaxNameChars = 1024;  // sub, sid, jti

// The claims object of a verified payload.
base::Result<nlohmann::json> parse_claims(std::string_view payload);

// Missing: absent. Not a string, empty or over-long: an error.
base::Result<std::optional<std::string>> string_claim(const nlohmann::json& claims, const char* name);
// Missing: an error, too.
base::Result<std::string> required_claim(const nlohmann::json& claims, const char* name);
// Seconds since 1970. Missing: absent. Anything but a sane number: an error.
base::Result<std::optional<long long>> time_claim(const nlohmann::json& claims, const char* name);

// `exp` not passed, `nbf` and `iat` not in the future.
struct TimeRule {
  bool exp_required = true;
  bool exp_checked = true;
  bool iat_required = false;
};
base::Result<void> check_times(const nlohmann::json& claims, base::WallTime now, TimeRule rule);

// `aud` as a string or an array of strings.
base::Result<std::vector<std::string>> audiences(const nlohmann::json& claims);
// We are among the audiences; others are no harm.
base::Result<void> check_recipient(const nlohmann::json& claims, std::string_view recipient);
// OpenID's rule: we are among the audiences; `azp` is us where present, and present where there are several
// audiences.
base::Result<void> check_audience(const nlohmann::json& claims, std::string_view client_id);
base::Result<void> check_issuer(const nlohmann::json& claims, std::string_view issuer);

// "a b" or ["a", "b"]; anything else counts as none.
std::vector<std::string> scopes_of(const nlohmann::json& claims);
std::vector<std::string> split_scopes(std::string_view text);

// preferred_username | user_name | email | sub: the first that is a string.
std::string user_name_of(const nlohmann::json& claims);

// What the router itself uses; `payload` becomes Claims::json. Optional claims of a wrong type are left out.
Claims collect_claims(const nlohmann::json& claims, std::string payload);

// The tenant that a session's claims name; empty if they name none.
std::string tenant_in(std::string_view claims);

// Whether a token may count at `tenant`'s host ("": no tenants are told apart). xsuaa always says whose it is
// (`must_say`); of others, one that says it has to be right.
base::Result<void> check_tenant(const Claims& claims, std::string_view tenant, bool must_say);

// For tokens whose `exp` was checked.
std::optional<base::WallTime> expiry_of(const nlohmann::json& claims);

// Whether the JOSE type is one of `wanted` ("jwt", "at+jwt"; any case, with or without "application/") or
// absent.
bool has_type(std::string_view typ, std::initializer_list<std::string_view> wanted);

}  // namespace router::identity

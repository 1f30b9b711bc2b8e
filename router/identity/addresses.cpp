#include "identity/addresses.h"

#include <nlohmann/json.hpp>

#include "identity/claims.h"

namespace router::identity {

namespace {

// Some providers write their booleans as texts.
bool is_stated(const nlohmann::json& claims, const char* name) {
  const auto claim = claims.find(name);
  return claim != claims.end() && (*claim == true || *claim == "true");
}

}  // namespace

std::vector<std::string> verified_addresses(const nlohmann::json& claims) {
  std::vector<std::string> addresses;
  const auto email = string_claim(claims, "email");
  if (email && *email && is_stated(claims, "email_verified")) addresses.push_back(mail_address(**email));
  const auto number = string_claim(claims, "phone_number");
  if (number && *number && is_stated(claims, "phone_number_verified")) addresses.push_back(phone_address(**number));
  return addresses;
}

}  // namespace router::identity

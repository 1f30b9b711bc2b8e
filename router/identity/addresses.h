// Where people can be reached, as the names by which signals mean them: mail addresses and phone numbers that an
// identity provider says it has verified.
//
// Compared byte for byte, as the provider wrote them: two ways of writing one address may be two people. Pure; any
// thread. Source: OpenID Connect Core 1.0 section 5.1; RFC 9493 sections 3.2.2 and 3.2.5; RFC 6068; RFC 3966.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace router::identity {

inline std::string mail_address(std::string_view email) { return std::string("mailto:").append(email); }
inline std::string phone_address(std::string_view number) { return std::string("tel:").append(number); }

// Two at most. Those whose verification the claims do not state are nobody's.
std::vector<std::string> verified_addresses(const nlohmann::json& claims);

}  // namespace router::identity

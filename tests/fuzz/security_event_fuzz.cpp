// A security event that is taken says who, what and when, is for us, and is no other kind of token; whom it means is
// never everybody. The input is its claims.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/signal_events.h"
#include "fuzz/signed_claims.h"
#include "identity/security_event.h"

using namespace router;
using fuzz::require;

namespace {

void check_event(const nlohmann::json& claims, const identity::SecurityEvent& set) {
  require(claims.at("iss") == fuzz::kIssuer && set.issuer == fuzz::kIssuer, "it is our transmitter's");
  const auto& aud = claims.at("aud");
  require(aud == fuzz::kClient || (aud.is_array() && std::find(aud.begin(), aud.end(), fuzz::kClient) != aud.end()),
          "it is for us");
  require(!claims.contains("exp") && !claims.contains("sub"), "it is no other token");
  require(!set.jti.empty() && set.jti.size() <= 1024 && set.txn.size() <= 1024, "its names have a bounded length");
  require(!set.events.empty() && set.events.size() == claims.at("events").size(), "it says what has happened");
  for (const auto& [uri, event] : claims.at("events").items())
    require(config::find_signal_event(uri) != nullptr && event.is_object(), "each event is known");
  require(set.at <= fuzz::now(), "it has happened");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto claims = fuzz::as_text(data, size);
  if (claims.empty() || claims.size() > crypto::kMaxTokenBytes / 2) return 0;  // no token
  for (const char* typ : {"at+jwt", "logout+jwt", "JWT"}) {
    const auto other =
        identity::check_security_event(fuzz::verified(claims, typ), fuzz::kIssuer, fuzz::kClient, fuzz::now());
    require(std::holds_alternative<identity::RefusedSet>(other), "another token is no security event");
  }
  const auto checked =
      identity::check_security_event(fuzz::verified(claims, "secevent+jwt"), fuzz::kIssuer, fuzz::kClient, fuzz::now());
  if (const auto* set = std::get_if<identity::SecurityEvent>(&checked))
    check_event(nlohmann::json::parse(claims), *set);
  else
    require(!std::get<identity::RefusedSet>(checked).detail.empty(), "a refusal says why");
  return 0;
}

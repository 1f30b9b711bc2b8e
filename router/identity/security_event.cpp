#include "identity/security_event.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/signal_events.h"
#include "identity/claims.h"

namespace router::identity {

namespace {

using nlohmann::json;

constexpr std::size_t kMostEvents = 16;
constexpr const char* kType = "secevent+jwt";
// Beyond what is a time in seconds (identity/claims.h): it is one in milliseconds.
constexpr double kMilliseconds = 1000.0;
constexpr double kLatestSeconds = 9'000'000'000.0;
// What is told in seconds has happened at some time of that second.
constexpr base::milliseconds kRestOfSecond{999};

RefusedSet bad_set(std::string detail) { return {SetFault::invalid_request, std::move(detail)}; }

std::string text_in(const json& event, const char* name) {
  const auto text = string_claim(event, name);
  return text && *text ? **text : std::string();
}

// CAEP 1.0 sections 3.4, 3.5 and 3.7.
bool is_for_the_better(const std::string& name, const json& event) {
  if (name == "device-compliance-change") return text_in(event, "current_status") == "compliant";
  if (name == "assurance-level-change") return text_in(event, "change_direction") == "increase";
  if (name == "risk-level-change") return text_in(event, "current_level") == "LOW";
  return false;
}

// Absent: it does not say. Not a number, or no sane time: a fault.
base::Result<std::optional<base::WallTime>> time_of(const json& event) {
  constexpr const char* kName = "event_timestamp";
  const auto claim = event.find(kName);
  const bool is_number = claim != event.end() && claim->is_number();
  const double value = is_number ? claim->get<double>() : 0;
  if (value > kLatestSeconds && value <= kLatestSeconds * kMilliseconds)
    return std::optional(base::WallTime(base::milliseconds(static_cast<long long>(value))));
  const auto seconds = time_claim(event, kName);
  if (!seconds) return seconds.error();
  if (!*seconds) return std::optional<base::WallTime>();
  return std::optional(base::WallTime(base::seconds(**seconds) + kRestOfSecond));
}

std::optional<RefusedSet> read_events(const json& claims, SecurityEvent& set) {
  const auto events = claims.find("events");
  if (events == claims.end() || !events->is_object() || events->empty()) return bad_set("claim events is missing");
  if (events->size() > kMostEvents) return bad_set("too many events");
  for (const auto& [uri, event] : events->items()) {
    const auto* known = config::find_signal_event(uri);
    if (known == nullptr) return bad_set("an event of an unknown type");
    if (!event.is_object()) return bad_set("the event " + std::string(known->name) + " is not an object");
    ReportedEvent reported;
    reported.name = known->name;
    reported.is_better = is_for_the_better(reported.name, event);
    reported.state = text_in(event, reported.name == "stream-updated" ? "status" : "state");
    set.events.push_back(std::move(reported));
    const auto at = time_of(event);
    if (!at) return bad_set(at.error().detail);
    if (*at) set.at = std::min(set.at, **at);
    if (set.initiating_entity.empty()) set.initiating_entity = text_in(event, "initiating_entity");
  }
  return std::nullopt;
}

// Numbers are taken as texts, for CAEP's own examples have them.
base::Result<std::string> transaction_of(const json& claims) {
  const auto claim = claims.find("txn");
  if (claim == claims.end()) return std::string();
  if (claim->is_number_integer()) return claim->dump();
  const auto text = string_claim(claims, "txn");
  if (!text) return text.error();
  return text->value_or("");
}

}  // namespace

std::string_view to_string(SetFault fault) {
  switch (fault) {
    case SetFault::invalid_request:
      return "invalid_request";
    case SetFault::invalid_key:
      return "invalid_key";
    case SetFault::invalid_issuer:
      return "invalid_issuer";
    case SetFault::invalid_audience:
      return "invalid_audience";
    case SetFault::authentication_failed:
      return "authentication_failed";
  }
  return "invalid_request";
}

std::variant<SecurityEvent, RefusedSet> check_security_event(const crypto::JwsPayload& token, std::string_view issuer,
                                                             std::string_view audience, base::WallTime now) {
  // nothing that says less of itself may pass for one: id tokens and logout tokens come from the same issuers
  if (token.header.typ.empty() || !has_type(token.header.typ, {kType})) return bad_set("typ is not secevent+jwt");
  const auto claims = parse_claims(token.payload);
  if (!claims) return bad_set(claims.error().detail);
  for (const char* name : {"exp", "sub"}) {
    if (claims->contains(name)) return bad_set(std::string("claim ") + name + " must not be there");
  }
  if (auto good = check_issuer(*claims, issuer); !good)
    return RefusedSet{SetFault::invalid_issuer, good.error().detail};
  if (auto good = check_recipient(*claims, audience); !good)
    return RefusedSet{SetFault::invalid_audience, good.error().detail};
  TimeRule times;
  times.exp_required = false;
  times.iat_required = true;
  if (auto good = check_times(*claims, now, times); !good) return bad_set(good.error().detail);
  auto jti = required_claim(*claims, "jti");
  if (!jti) return bad_set(jti.error().detail);
  auto txn = transaction_of(*claims);
  if (!txn) return bad_set(txn.error().detail);
  const auto sub_id = claims->find("sub_id");
  if (sub_id == claims->end()) return bad_set("claim sub_id is missing");
  auto subject = read_subject(*sub_id);
  if (!subject) return bad_set(subject.error().detail);

  SecurityEvent set;
  set.issuer = issuer;
  set.jti = *std::move(jti);
  set.txn = *std::move(txn);
  set.subject = *std::move(subject);
  set.issued = base::WallTime(base::seconds(**time_claim(*claims, "iat")));
  set.at = std::min(now, set.issued + kRestOfSecond);
  if (auto refused = read_events(*claims, set)) return *std::move(refused);
  return set;
}

}  // namespace router::identity

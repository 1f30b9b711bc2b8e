#include "config/dialects/signals.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "config/validate.h"
#include "http/url.h"

namespace router::config {
namespace {

constexpr const char* kSecrets = "SIGNALS_SECRETS";

std::optional<SignalEffect> effect_named(std::string_view name) {
  for (const auto effect :
       {SignalEffect::ignore, SignalEffect::refresh, SignalEffect::reauthenticate, SignalEffect::end}) {
    if (to_string(effect) == name) return effect;
  }
  return std::nullopt;
}

SignalTransmitter read_transmitter(const json& value, const Environment& environment) {
  SignalTransmitter transmitter;
  transmitter.issuer = text_member(value, "issuer").value_or("");
  transmitter.audience = text_member(value, "audience").value_or("");
  transmitter.authorization = base::Secret(text_member(value, "authorization").value_or(""));
  const auto secret = environment.signals_secrets.find(transmitter.issuer);
  if (secret != environment.signals_secrets.end()) transmitter.authorization = secret->second;
  if (const json* events = object_member(value, "events")) {
    for (const auto& [name, effect] : events->items()) {
      if (!effect.is_string()) continue;
      if (const auto known = effect_named(effect.get_ref<const std::string&>()))
        transmitter.effects.emplace(name, *known);
    }
  }
  return transmitter;
}

void read_signals(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "signals");
  if (section == nullptr) return;
  Signals& signals = configuration.signals;
  signals.endpoint = text_member(*section, "endpoint").value_or("");
  if (const json* transmitters = array_member(*section, "transmitters")) {
    for (const json& value : *transmitters)
      signals.transmitters.push_back(read_transmitter(value, configuration.environment));
  }
  if (const json* revocation = object_member(*section, "globalRevocation")) {
    signals.global_revocation = {text_member(*revocation, "endpoint").value_or(""),
                                 texts_member(*revocation, "issuers"),
                                 text_member(*revocation, "audience").value_or("")};
  }
}

bool is_reference(const json& transmitter) {
  const auto secret = text_member(transmitter, "authorization");
  return secret && secret->find("${") != std::string::npos;
}

// Nothing fills them in, and what looks like a secret would be one that everybody knows.
void refuse_placeholder(const Report& report, const std::string& pointer) {
  Finding finding{"a placeholder, which nothing fills in", "the value itself, or none here"};
  finding.hint = "secrets come from the variable SIGNALS_SECRETS: {\"<issuer>\": \"<value of Authorization>\"}";
  report.error(pointer, std::move(finding));
}

void check_issuer_url(const Report& report, const std::string& pointer, const std::string& issuer) {
  const auto url = http::parse_url(issuer);
  if (url && (url->scheme == "https" || url->scheme == "http") && !url->query && !url->fragment) return;
  report.error(pointer, unless_known(show(std::string_view(issuer)), "an https URL without query and fragment"));
}

void check_transmitters(const Validation& validation, const json& section) {
  const Report& report = validation.report;
  const json* written = array_member(section, "transmitters");
  const auto& transmitters = validation.configuration.signals.transmitters;
  std::set<std::string> seen;
  for (std::size_t i = 0; written != nullptr && i < written->size() && i < transmitters.size(); ++i) {
    const std::string pointer = pointer_to("/signals/transmitters", i);
    const std::string issuer = pointer_to(pointer, "issuer");
    check_issuer_url(report, issuer, transmitters[i].issuer);
    if (!seen.insert(transmitters[i].issuer).second) {
      std::string found = show(std::string_view(transmitters[i].issuer));
      report.error(issuer, unless_known(found.append(" again"), "each issuer once"));
    }
    if (is_reference((*written)[i])) refuse_placeholder(report, pointer_to(pointer, "authorization"));
  }
}

// Back-Channel Logout 1.0 section 2.5: a form, which a path takes by POST.
void check_logout_tokens(const Validation& validation) {
  const json* section = object_member(validation.descriptor, "destinations");
  if (section == nullptr) return;
  for (const auto& [name, value] : section->items()) {
    const json* token = member(value, "logoutToken");
    if (token == nullptr || (!token->is_object() && *token != true)) continue;
    const std::string pointer = pointer_to("/destinations", name);
    if (!text_member(value, "logoutPath") && !text_member(*token, "path")) {
      validation.report.error(pointer + "/logoutToken",
                              {"a logout token without a path", "logoutPath, or path beside audience"});
    }
    const auto method = text_member(value, "logoutMethod");
    if (method && *method != "POST") {
      validation.report.error(pointer + "/logoutMethod",
                              unless_known(show(std::string_view(*method)), "\"POST\", by which logout tokens go"));
    }
  }
}

void validate_signals(const Validation& validation) {
  check_logout_tokens(validation);
  const json* section = object_member(validation.descriptor, "signals");
  const Signals& signals = validation.configuration.signals;
  if (section != nullptr) {
    check_transmitters(validation, *section);
    if (signals.endpoint.empty() && !signals.transmitters.empty()) {
      validation.report.error("/signals", {"transmitters without an endpoint", "the path that they push to",
                                           "\"endpoint\": \"/signals\"", true});
    }
    if (signals.global_revocation) {
      const auto& issuers = signals.global_revocation->issuers;
      for (std::size_t i = 0; i < issuers.size(); ++i)
        check_issuer_url(validation.report, pointer_to("/signals/globalRevocation/issuers", i), issuers[i]);
    }
  }
  for (const auto& [issuer, secret] : validation.configuration.environment.signals_secrets) {
    if (signals.find(issuer) != nullptr) continue;
    validation.variables.warning(kSecrets, "a secret for " + show(std::string_view(issuer)),
                                 "the issuer of one of signals.transmitters", "it is not used");
  }
}

Endpoints signals_endpoints(const Configuration& configuration) {
  const Signals& signals = configuration.signals;
  Endpoints endpoints{{"/signals/endpoint", signals.endpoint}};
  if (signals.global_revocation)
    endpoints.push_back({"/signals/globalRevocation/endpoint", signals.global_revocation->endpoint});
  return endpoints;
}

constexpr std::array kSignalsSpelling = {SpellingRule{"/signals/endpoint", endpoint_as_meant},
                                         SpellingRule{"/signals/globalRevocation/endpoint", endpoint_as_meant}};

}  // namespace

SignalEffect SignalTransmitter::effect_of(std::string_view event) const {
  if (const auto chosen = effects.find(event); chosen != effects.end()) return chosen->second;
  const auto events = signal_events();
  const auto known = std::find_if(events.begin(), events.end(), [event](const auto& one) { return one.name == event; });
  return known == events.end() ? SignalEffect::ignore : known->effect;
}

const SignalTransmitter* Signals::find(std::string_view issuer) const {
  const auto found = std::find_if(transmitters.begin(), transmitters.end(),
                                  [issuer](const auto& one) { return one.issuer == issuer; });
  return found == transmitters.end() ? nullptr : &*found;
}

const Dialect kSignals = {read_signals, validate_signals, signals_endpoints, kSignalsSpelling};

}  // namespace router::config

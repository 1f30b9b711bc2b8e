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

// What the variable says goes over what the descriptor does.
SignalSecret secret_of(const json& value, const std::string& whose, const Environment& environment) {
  SignalSecret secret{base::Secret(text_member(value, "authorization").value_or("")),
                      text_member(value, "clientId").value_or(""),
                      base::Secret(text_member(value, "clientSecret").value_or(""))};
  const auto found = environment.signals_secrets.find(whose);
  if (found == environment.signals_secrets.end()) return secret;
  const auto& given = found->second;
  if (!given.authorization.empty()) secret.authorization = given.authorization;
  if (!given.client_id.empty()) secret.client_id = given.client_id;
  if (!given.client_secret.empty()) secret.client_secret = given.client_secret;
  return secret;
}

SignalTransmitter read_transmitter(const json& value, const Environment& environment) {
  SignalTransmitter transmitter;
  transmitter.issuer = text_member(value, "issuer").value_or("");
  transmitter.audience = text_member(value, "audience").value_or("");
  if (text_member(value, "delivery") == "poll") transmitter.delivery = SignalDelivery::poll;
  auto secret = secret_of(value, transmitter.issuer, environment);
  transmitter.authorization = std::move(secret.authorization);
  transmitter.client_id = std::move(secret.client_id);
  transmitter.client_secret = std::move(secret.client_secret);
  if (const json* events = object_member(value, "events")) {
    for (const auto& [name, effect] : events->items()) {
      if (!effect.is_string()) continue;
      if (const auto known = effect_named(effect.get_ref<const std::string&>()))
        transmitter.effects.emplace(name, *known);
    }
  }
  return transmitter;
}

SignalSubscriber read_subscriber(const json& value, const Environment& environment) {
  SignalSubscriber subscriber{text_member(value, "url").value_or(""), text_member(value, "audience").value_or(""), {}};
  subscriber.authorization = secret_of(value, subscriber.audience, environment).authorization;
  return subscriber;
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
  if (const json* subscribers = array_member(*section, "subscribers")) {
    for (const json& value : *subscribers)
      signals.subscribers.push_back(read_subscriber(value, configuration.environment));
  }
  if (const json* revocation = object_member(*section, "globalRevocation")) {
    signals.global_revocation = {text_member(*revocation, "endpoint").value_or(""),
                                 texts_member(*revocation, "issuers"),
                                 text_member(*revocation, "audience").value_or("")};
  }
}

// Nothing fills them in, and what looks like a secret would be one that everybody knows.
void refuse_placeholders(const Report& report, const std::string& pointer, const json& value) {
  for (const char* name : {"authorization", "clientSecret"}) {
    const auto secret = text_member(value, name);
    if (!secret || secret->find("${") == std::string::npos) continue;
    Finding finding{"a placeholder, which nothing fills in", "the value itself, or none here"};
    finding.hint = "secrets come from the variable SIGNALS_SECRETS: {\"<issuer>\": \"<value of Authorization>\"}";
    report.error(pointer_to(pointer, name), std::move(finding));
  }
}

void check_issuer_url(const Report& report, const std::string& pointer, const std::string& issuer) {
  if (is_issuer_url(issuer)) return;
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
    if (transmitters[i].client_id.empty() != transmitters[i].client_secret.empty()) {
      report.error(pointer, unless_known("clientId or clientSecret alone", "both of them, or neither"));
    }
    refuse_placeholders(report, pointer, (*written)[i]);
  }
}

// Its signals would wait with the calls of that back-end.
bool is_back_end(const Configuration& configuration, const std::string& name) {
  const auto is_of_name = [&name](const auto& entry) { return entry.second.name == name; };
  const auto& destinations = configuration.destinations;
  const auto& services = configuration.services;
  return std::any_of(destinations.begin(), destinations.end(), is_of_name) ||
         std::any_of(services.begin(), services.end(), is_of_name) || configuration.looked_up_logouts.contains(name);
}

// By which a poll is known to be of one subscriber.
bool polls_as(const SignalSubscriber& one, const SignalSubscriber& another) {
  return one.polls() && another.polls() && !one.authorization.empty() && one.authorization == another.authorization;
}

void check_subscribers(const Validation& validation, const json& section) {
  const Report& report = validation.report;
  const json* written = array_member(section, "subscribers");
  const auto& subscribers = validation.configuration.signals.subscribers;
  std::set<std::string> seen;
  for (std::size_t i = 0; written != nullptr && i < written->size() && i < subscribers.size(); ++i) {
    const auto& subscriber = subscribers[i];
    const std::string pointer = pointer_to("/signals/subscribers", i);
    if (!subscriber.polls()) check_issuer_url(report, pointer_to(pointer, "url"), subscriber.url);
    if (!seen.insert(subscriber.audience).second) {
      std::string found = show(std::string_view(subscriber.audience));
      report.error(pointer_to(pointer, "audience"), unless_known(found.append(" again"), "each audience once"));
    }
    if (is_back_end(validation.configuration, subscriber.audience)) {
      std::string found = show(std::string_view(subscriber.audience));
      report.error(pointer_to(pointer, "audience"),
                   unless_known(found.append(", the name of a back-end"), "a name that no back-end has"));
    }
    const auto earlier = subscribers.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(subscribers.begin(), earlier, [&](const auto& one) { return polls_as(one, subscriber); })) {
      report.error(pointer, unless_known("the authorization of another subscriber that polls", "one of its own"));
    }
    if (subscriber.polls() && subscriber.authorization.empty()) {
      report.error(pointer, unless_known("a subscriber that polls, without authorization",
                                         "the value that its requests have to carry, best in SIGNALS_SECRETS"));
    }
    refuse_placeholders(report, pointer, (*written)[i]);
  }
  if (!subscribers.empty() && validation.configuration.environment.signals_issuer.empty()) {
    report.warning("/signals/subscribers",
                   {"subscribers, without SIGNALS_ISSUER", "the URL by which they know the router as issuer",
                    "without it the issuer of a token is the host at which its session was made"});
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
    check_subscribers(validation, *section);
    if (signals.endpoint.empty() && signals.has_pushing()) {
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
    if (signals.find(issuer) != nullptr || signals.find_subscriber(issuer) != nullptr) continue;
    validation.variables.warning(kSecrets, "a secret for " + show(std::string_view(issuer)),
                                 "the issuer of one of signals.transmitters, or the audience of a subscriber",
                                 "it is not used");
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

bool is_issuer_url(const std::string& issuer) {
  const auto url = http::parse_url(issuer);
  return url && (url->scheme == "https" || url->scheme == "http") && !url->query && !url->fragment;
}

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

const SignalSubscriber* Signals::find_subscriber(std::string_view audience) const {
  const auto found = std::find_if(subscribers.begin(), subscribers.end(),
                                  [audience](const auto& one) { return one.audience == audience; });
  return found == subscribers.end() ? nullptr : &*found;
}

bool Signals::has_pushing() const {
  return std::any_of(transmitters.begin(), transmitters.end(),
                     [](const auto& one) { return one.delivery == SignalDelivery::push; });
}

const Dialect kSignals = {read_signals, validate_signals, signals_endpoints, kSignalsSpelling};

}  // namespace router::config

#include "logout/signal_subject.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "crypto/jose_json.h"
#include "identity/addresses.h"

namespace router::logout {
namespace {

using identity::Subject;
using session::Session;
using session::SessionFilter;
using Filters = std::vector<SessionFilter>;

// In a complex subject; `any` where a simple one stands alone.
enum class Role { any, user, session, tenant, device, group };

// The narrowest first: by it the sessions are looked up, the others only have to fit.
constexpr std::array<std::pair<std::string_view, Role>, 5> kRoles = {{{"session", Role::session},
                                                                      {"user", Role::user},
                                                                      {"tenant", Role::tenant},
                                                                      {"group", Role::group},
                                                                      {"device", Role::device}}};

// What the session's claims say under that name; a list says several things.
std::vector<std::string> claimed(const Session& session, std::string_view name) {
  std::vector<std::string> texts;
  // most sessions say nothing of it
  if (session.claims.find(name) == std::string::npos) return texts;
  const auto claims = crypto::parse_json_object(session.claims);
  if (!claims) return texts;
  const auto claim = claims->find(name);
  if (claim == claims->end()) return texts;
  if (claim->is_string()) texts.push_back(claim->get<std::string>());
  if (claim->is_array()) {
    for (const auto& one : *claim) {
      if (one.is_string()) texts.push_back(one.get<std::string>());
    }
  }
  return texts;
}

bool is_member(const Session& session, const std::string& group) {
  const auto groups = claimed(session, "groups");
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool may_be_on(const Session& session, const std::string& device, bool otherwise) {
  auto devices = claimed(session, "device_id");
  if (devices.empty()) devices = claimed(session, "deviceid");
  return devices.empty() ? otherwise : std::find(devices.begin(), devices.end(), device) != devices.end();
}

Filters of_address(std::string address) {
  SessionFilter filter;
  filter.address = std::move(address);
  return {std::move(filter)};
}

Filters of_each_issuer(const std::vector<std::string>& issuers, std::string SessionFilter::*name,
                       const std::string& value) {
  Filters filters;
  for (const auto& issuer : issuers) {
    SessionFilter filter;
    filter.issuer = issuer;
    filter.*name = value;
    filters.push_back(std::move(filter));
  }
  return filters;
}

Filters of_login(const Subject& subject, Role role, const MeantIssuers& issuers) {
  switch (subject.format) {
    case Subject::Format::iss_sub:
      return of_each_issuer({subject.issuer},
                            role == Role::session ? &SessionFilter::idp_session_id : &SessionFilter::subject,
                            subject.value);
    case Subject::Format::opaque:
      return of_each_issuer(
          issuers.names, role == Role::user ? &SessionFilter::subject : &SessionFilter::idp_session_id, subject.value);
    case Subject::Format::email:
      return of_address(identity::mail_address(subject.value));
    case Subject::Format::phone_number:
      return of_address(identity::phone_address(subject.value));
    case Subject::Format::account: {
      SessionFilter filter;
      filter.user_name = subject.value;
      return {std::move(filter)};
    }
    case Subject::Format::aliases: {
      Filters filters;
      for (const auto& [name, alias] : subject.parts) {
        for (auto& filter : of_login(alias, role, issuers)) filters.push_back(std::move(filter));
      }
      return filters;
    }
    case Subject::Format::complex:
    case Subject::Format::unsupported:
      break;
  }
  return {};
}

bool has_name(const Subject& subject) {
  return subject.format == Subject::Format::opaque || subject.format == Subject::Format::iss_sub;
}

Filters of_role(const Subject& subject, Role role, const MeantIssuers& issuers, bool names_user) {
  if (role == Role::user || role == Role::session) return of_login(subject, role, issuers);
  if (!has_name(subject)) return {};
  SessionFilter filter;
  if (role == Role::tenant) filter.tenant = subject.value;
  if (role == Role::group)
    filter.also = [group = subject.value](const Session& session) { return is_member(session, group); };
  if (role == Role::device) {
    filter.also = [device = subject.value, names_user](const Session& session) {
      return may_be_on(session, device, names_user);
    };
  }
  return {std::move(filter)};
}

bool fits_any(const Filters& filters, const Session& session) {
  return std::any_of(filters.begin(), filters.end(), [&](const auto& filter) { return matches(filter, session); });
}

Filters of_complex(const Subject& subject, const MeantIssuers& issuers) {
  const bool names_user = subject.part("user") != nullptr || subject.part("session") != nullptr;
  Filters filters;
  std::size_t understood = 0;
  for (const auto& [name, role] : kRoles) {
    const auto* part = subject.part(name);
    if (part == nullptr) continue;
    auto fitting = of_role(*part, role, issuers, names_user);
    if (fitting.empty()) return {};
    if (understood++ == 0) {
      filters = std::move(fitting);
      continue;
    }
    for (auto& filter : filters) {
      add_condition(filter, [fitting](const Session& session) { return fits_any(fitting, session); });
    }
  }
  return understood == subject.parts.size() ? filters : Filters();
}

// Whatever the subject says: of the users of these issuers alone.
Filters of_these_alone(const Filters& filters, const std::vector<std::string>& issuers) {
  Filters own;
  for (const auto& filter : filters) {
    for (const auto& issuer : issuers) {
      if (!filter.issuer.empty() && filter.issuer != issuer) continue;
      own.push_back(filter);
      own.back().issuer = issuer;
    }
  }
  return own;
}

// A user or a session of somebody else.
bool names_others(const Subject& subject, const std::vector<std::string>& own) {
  if (subject.format == Subject::Format::iss_sub) return std::find(own.begin(), own.end(), subject.issuer) == own.end();
  return std::any_of(subject.parts.begin(), subject.parts.end(), [&](const auto& part) {
    const auto& [role, named] = part;
    const bool is_login = subject.format == Subject::Format::aliases || role == "user" || role == "session";
    return is_login && names_others(named, own);
  });
}

// Of a filter that names them by what a provider knows. Where more has to fit, a user has logins that do not, and only a
// `sid` names a single one.
void add_login(const SessionFilter& filter, base::WallTime at, std::vector<session::EndedAtProvider>& logins) {
  if (filter.issuer.empty() || (filter.idp_session_id.empty() && (filter.subject.empty() || filter.also))) return;
  logins.push_back({filter.issuer, filter.idp_session_id, filter.subject, at});
}

}  // namespace

void add_condition(SessionFilter& filter, std::function<bool(const Session&)> condition) {
  if (!filter.also) {
    filter.also = std::move(condition);
    return;
  }
  filter.also = [before = std::move(filter.also), condition = std::move(condition)](const Session& session) {
    return before(session) && condition(session);
  };
}

MeantIssuers issuers_meant_by(const std::string& transmitter, const identity::Providers& bound) {
  MeantIssuers issuers;
  for (const auto& provider : bound.all()) {
    auto names = identity::issuers_of(*provider);
    if (std::find(names.begin(), names.end(), transmitter) != names.end()) return {std::move(names), true};
    issuers.names.insert(issuers.names.end(), names.begin(), names.end());
  }
  return issuers;
}

MeantSessions sessions_meant_by(const Subject& subject, const MeantIssuers& issuers, base::WallTime at) {
  MeantSessions meant;
  meant.filters =
      subject.format == Subject::Format::complex ? of_complex(subject, issuers) : of_login(subject, Role::any, issuers);
  if (issuers.has_spoken) {
    meant.filters = of_these_alone(meant.filters, issuers.names);
    meant.names_others = names_others(subject, issuers.names);
  }
  for (auto& filter : meant.filters) {
    add_login(filter, at, meant.logins);
    add_condition(filter, [at](const Session& session) { return session.login_started <= at; });
  }
  return meant;
}

}  // namespace router::logout

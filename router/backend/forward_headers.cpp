#include "backend/forward_headers.h"

#include <algorithm>
#include <array>

#include "backend/field_names.h"
#include "backend/via.h"
#include "base/text.h"
#include "config/token_rule.h"
#include "http/coded_tags.h"
#include "http/field_list.h"
#include "identity/claims.h"
#include "session/pairwise_id.h"

namespace router::backend {
namespace {

using http::append_line;

// Beside the back-end's own: what the stages and the configuration add to an answer.
constexpr std::size_t kOtherAnswerFields = 8;

// The fields that Connection names, besides the common hop-by-hop ones. The parser refuses more of them.
class NamedByConnection {
 public:
  explicit NamedByConnection(const http::Headers& headers) {
    if (!headers.contains("Connection")) return;
    for (const auto& field : headers) {
      if (!base::equals_ignoring_case(field.name, "Connection")) continue;
      for (std::optional<std::string_view> rest = field.value; rest && size_ < names_.size();) {
        const auto [item, after] = base::cut(*rest, ',');
        const auto name = base::trim(item);
        const bool is_option = base::equals_ignoring_case(name, "close") ||
                               base::equals_ignoring_case(name, "keep-alive") ||
                               base::equals_ignoring_case(name, "upgrade");
        if (!name.empty() && !is_option) names_[size_++] = {name.data(), name.size()};
        rest = after;
      }
    }
  }
  bool contains(std::string_view name) const {
    return std::any_of(names_.begin(), names_.begin() + size_, [name](const Name& named) {
      return base::equals_ignoring_case({named.at, named.bytes}, name);
    });
  }

 private:
  // a view would be emptied first, all of them with each message
  struct Name {
    const char* at;
    std::size_t bytes;
  };
  std::array<Name, http::kMostConnectionOptions> names_;
  std::size_t size_ = 0;
};

bool is_spelling_of(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return fold(x) == fold(y); });
}

// Other marks for "-" included: what the descriptor sets is not to be had by spelling it otherwise.
bool is_configured(const std::vector<config::Header>& configured, std::string_view name) {
  return std::any_of(configured.begin(), configured.end(),
                     [&](const config::Header& header) { return is_spelling_of(header.name, name); });
}

bool is_overridden(const std::vector<config::ResponseHeader>& configured, std::string_view name) {
  return std::any_of(configured.begin(), configured.end(), [&](const config::ResponseHeader& header) {
    return header.overrides && is_spelling_of(header.name, name);
  });
}

// Whoever has it is the user: no back-end's business.
bool is_session_token(const session::CookieNames& own, std::string_view name) {
  return !own.rest_token().empty() && is_spelling_of(own.rest_token(), name);
}

bool sends_token(const RequestForward& forward) {
  const auto& user = forward.facts.user;
  if (!user.token.empty()) return true;
  return forward.authenticated && config::takes_token(forward.destination) && user.session &&
         !user.session->tokens.access_token.empty();
}

const std::vector<session::BackendCookie>& jar_of(const User& user) {
  static const std::vector<session::BackendCookie> kEmpty;
  const auto& holder = user.session ? user.session : user.anonymous;
  return holder ? holder->backend_cookies : kEmpty;
}

bool is_closed(const config::Destination& destination, std::string_view name) {
  return std::any_of(destination.closed_fields.begin(), destination.closed_fields.end(),
                     [&](const std::string& closed) { return is_spelling_of(closed, name); });
}

// FORWARD_IDENTITY_HEADERS: in that spelling, and no other that a back-end might take for it.
bool is_let_through(const RequestForward& forward, std::string_view name) {
  return base::holds_ignoring_case(forward.forwarded_identity, name);
}

bool passes(const RequestForward& forward, const http::Field& field, const NamedByConnection& named) {
  const auto [kind, is_respelt] = judge_request_field(field.name);
  if (kind != FieldKind::plain && kind != FieldKind::identity && is_respelt) return false;
  // the fields of a service are for requests that have none of their own
  if (!forward.destination.is_service && is_configured(forward.destination.headers, field.name)) return false;
  if (is_session_token(forward.own_cookies, field.name)) return false;
  if (is_closed(forward.destination, field.name)) return false;
  switch (kind) {
    case FieldKind::plain:
      return !named.contains(field.name);
    case FieldKind::identity:
      return is_let_through(forward, field.name) && !named.contains(field.name);
    case FieldKind::from_proxies:
      return forward.facts.external.peer_trusted;
    // a field that the router decides about is not taken away by naming it
    case FieldKind::authorization:
      return !forward.authenticated && forward.destination.authorization.empty() && forward.facts.user.token.empty();
    case FieldKind::csrf_token:
      return !forward.csrf_is_ours;
    case FieldKind::cookie:
    case FieldKind::dropped:
    case FieldKind::router_only:
      break;
  }
  return false;
}

// Whether the request brings that field, in whatever spelling, to the back-end.
bool goes_out(const RequestForward& forward, std::string_view name, const NamedByConnection& named) {
  const auto& sent = forward.facts.request.headers;
  return std::any_of(sent.begin(), sent.end(), [&](const http::Field& field) {
    return is_spelling_of(field.name, name) && passes(forward, field, named);
  });
}

// RFC 9110 section 7.6.2: one hop fewer. Zero has been answered here; what is no number means nothing.
std::optional<std::uint64_t> hops_left(const http::Request& request, const http::Field& field) {
  if (!request.is("OPTIONS") || !base::equals_ignoring_case(field.name, "Max-Forwards")) return std::nullopt;
  const auto hops = base::parse_unsigned(field.value);
  return hops && *hops > 0 ? std::optional(*hops - 1) : std::nullopt;
}

// What a trusted proxy said is passed on as it is.
void write_forwarded(const RequestForward& forward, std::string_view name, std::string_view ours, std::string& out) {
  const auto theirs = forward.facts.external.peer_trusted ? forward.facts.request.headers.get(name) : std::nullopt;
  append_line(out, name, theirs.value_or(ours));
}

void write_forwarded_fields(const RequestForward& forward, std::string& out) {
  const auto& external = forward.facts.external;
  append_line(out, "x-forwarded-for", http::client_chain(forward.facts.request.headers, external));
  write_forwarded(forward, "x-forwarded-host", external.authority, out);
  write_forwarded(forward, "x-forwarded-proto", external.scheme, out);
  write_forwarded(forward, "x-forwarded-path", forward.scope.client_path, out);
}

void write_hop_fields(const http::Request& request, std::string& out) {
  if (request.is_upgrade) {
    append_line(out, "Connection", "Upgrade");
    append_line(out, "Upgrade", "websocket");
  } else if (request.headers.has_token("TE", "trailers")) {
    append_line(out, "Connection", "TE");
    append_line(out, "TE", "trailers");
  }
  if (request.expects_continue) append_line(out, "Expect", "100-continue");
}

// The descriptor's own fields never replace what the router answers for.
void write_configured(const RequestForward& forward, const NamedByConnection& named, std::string& out) {
  for (const auto& header : forward.destination.headers) {
    if (!may_be_configured(header.name)) continue;
    if (judge_request_field(header.name).kind == FieldKind::authorization && sends_token(forward)) continue;
    // whose subaccount it is, is written above
    if (forward.destination.service_client && is_closed(forward.destination, header.name)) continue;
    if (forward.destination.is_service && goes_out(forward, header.name, named)) continue;
    append_line(out, header.name, header.value);
  }
}

// Whose subaccount the request is for, as bound services hear it.
void write_tenant(const RequestForward& forward, const config::ServiceClient& service, std::string& out) {
  const auto& of_host = forward.facts.external.tenant;
  const auto& subdomain = of_host.empty() ? service.zone : of_host;
  if (!subdomain.empty()) append_line(out, "tenantid", subdomain);
  if (service.grant != config::ServiceGrant::mtls) return;
  const auto id = tenant_id(service, forward.facts.user.session.get(), of_host);
  if (!id.empty()) append_line(out, "x-tenant-id", id);
}

std::string_view host_for(const RequestForward& forward, std::string& storage) {
  if (forward.destination.preserve_host_header) {
    if (const auto host = forward.facts.request.headers.get("Host")) return *host;
  }
  storage = forward.destination.url.authority();
  return storage;
}

// Of directives, the ones that would delete the router's cookies; unknown ones are harmless.
bool clears_cookies(std::string_view value) {
  return value.find("cookies") != std::string_view::npos || value.find('*') != std::string_view::npos;
}

}  // namespace

// Not the session's tenant: in one that a version 0.1 has made that may be the host a client has named.
std::string tenant_id(const config::ServiceClient& service, const session::Session* user, std::string_view of_host) {
  auto said = user == nullptr ? std::string() : identity::tenant_in(user->claims);
  const bool is_own = of_host.empty() || of_host == service.zone;
  return said.empty() && is_own ? service.zone_id : said;
}

void write_request_headers(const RequestForward& forward, std::string& out) {
  const auto& trace = forward.facts.trace;
  std::string host;
  append_line(out, "Host", host_for(forward, host));
  const NamedByConnection named(forward.facts.request.headers);
  const bool wants_all = http::has_part_of_coded(forward.facts.request.headers);
  for (const auto& field : forward.facts.request.headers) {
    if (!passes(forward, field, named)) continue;
    if (wants_all && base::equals_ignoring_case(field.name, "Range")) continue;
    if (http::lists_tags(field.name) && http::names_coded_tag(field.value)) {
      append_line(out, field.name, http::without_codings(field.value));
      continue;
    }
    const auto hops = hops_left(forward.facts.request, field);
    append_line(out, field.name, hops ? std::to_string(*hops) : field.value);
  }
  write_via(forward.facts.request, out);
  write_hop_fields(forward.facts.request, out);
  if (forward.destination.set_x_forwarded_headers) write_forwarded_fields(forward, out);
  if (!forward.destination.logout_audience.empty() && forward.facts.user.session)
    append_line(out, "x-xsr-sid", session::pairwise_id(forward.facts.user.session->id, forward.destination.name));
  append_line(out, "x-request-id", trace.request_id);
  append_line(out, "x-correlationid", trace.correlation_id());
  append_line(out, "traceparent", trace.traceparent);
  if (!trace.tracestate.empty()) append_line(out, "tracestate", trace.tracestate);
  if (forward.facts.wants_statistics && !forward.facts.request.headers.contains("sap-statistics")) {
    append_line(out, "sap-statistics", "true");
  }
  if (sends_token(forward)) {
    const auto& user = forward.facts.user;
    const base::Secret& token = user.token.empty() ? user.session->tokens.access_token : user.token;
    out.append("Authorization: Bearer ").append(token.reveal()).append("\r\n");
  }
  if (!forward.destination.authorization.empty()) {
    out.append("Authorization: ").append(forward.destination.authorization.reveal()).append("\r\n");
  }
  if (forward.destination.service_client) write_tenant(forward, *forward.destination.service_client, out);
  if (forward.destination.exchanges_cookies) {
    write_cookie_field(forward.facts.request.headers, jar_of(forward.facts.user), forward.scope, forward.own_cookies,
                       out);
  }
  write_configured(forward, named, out);
}

http::Fields forwarded_fields(const http::Headers& answer, const ResponseForward& forward) {
  http::Fields fields;
  fields.reserve(answer.size() + kOtherAnswerFields);
  const NamedByConnection named(answer);
  const auto is_wanted = [&](std::string_view name) {
    return !named.contains(name) && !is_overridden(forward.configured, name);
  };
  for (const auto& field : answer) {
    switch (judge_answer_field(field.name)) {
      case AnswerFieldKind::dropped:
      case AnswerFieldKind::set_cookie:
        continue;
      case AnswerFieldKind::csrf_token:
        if (forward.csrf_is_ours) continue;
        break;
      case AnswerFieldKind::cors:
        if (forward.cors_is_ours) continue;
        break;
      case AnswerFieldKind::clear_site_data:
        if (clears_cookies(field.value)) continue;
        break;
      case AnswerFieldKind::location:
        if (forward.location.empty()) break;
        if (is_wanted(field.name)) fields.add_view(field.name, forward.location);
        continue;
      case AnswerFieldKind::plain:
        break;
    }
    if (is_wanted(field.name)) fields.pass(field);
  }
  for (const auto cookie : forward.cookies.to_browser) fields.pass({"Set-Cookie", cookie});
  return fields;
}

http::Fields plain_fields(const http::Headers& answer) {
  http::Fields fields;
  const NamedByConnection named(answer);
  for (const auto& field : answer) {
    if (judge_answer_field(field.name) == AnswerFieldKind::plain && !named.contains(field.name)) fields.pass(field);
  }
  return fields;
}

void write_trailers(const http::Headers& trailers, const session::CookieNames& own, std::string& out) {
  for (const auto& field : trailers) {
    const bool is_plain = judge_request_field(field.name).kind == FieldKind::plain;
    if (is_plain && !is_session_token(own, field.name)) append_line(out, field.name, field.value);
  }
}

}  // namespace router::backend

#include "logout/sources/rest.h"

#include "base/log.h"
#include "base/text.h"
#include "http/am_rest.h"
#include "http/cookie.h"
#include "http/query.h"
#include "logout/logout_details.h"

namespace router::logout {
namespace {

// The first one; a second would be somebody else's.
std::optional<std::string_view> cookie_of(const http::Headers& headers, std::string_view name) {
  std::optional<std::string_view> found;
  for (const auto& field : headers) {
    if (!base::equals_ignoring_case(field.name, "Cookie")) continue;
    http::for_each_cookie(field.value, [&](const http::CookiePair& pair) {
      if (!found && pair.name == name) found = pair.value;
    });
  }
  return found;
}

// What makes a browser ask before it sends the request to another site.
bool is_from_a_script(const http::Headers& headers) {
  return headers.contains("Accept-API-Version") || headers.contains("X-Requested-With");
}

http::Response store_away() {
  return http::rest_error(503, "The session could not be ended for now");
}

Trigger rest_trigger() {
  Trigger trigger;
  trigger.cause = Cause::rest;
  trigger.form = ReplyForm::given;
  trigger.failure = store_away();
  trigger.asks_provider = false;
  return trigger;
}

// What the client sent, or why that is none.
std::variant<std::string_view, http::Response> read_rest_token(const http::Headers& headers,
                                                          const std::string& name) {
  if (const auto sent = headers.get(name)) return base::trim(*sent);
  const auto cookie = cookie_of(headers, name);
  if (!cookie) return http::rest_error(401, "Access Denied");
  if (!is_from_a_script(headers))
    return http::rest_error(403, "A token in a cookie needs Accept-API-Version or X-Requested-With");
  return *cookie;
}

}  // namespace

RestSource::RestSource(std::shared_ptr<const config::Configuration> config, session::Store& store)
    : config_(std::move(config)), store_(store) {}

bool RestSource::may_handle(std::string_view, std::string_view path, std::string_view query) const {
  return config_->am && http::read_realm_path(path, config_->am->context_path, "/json", "sessions") &&
         http::query_value(query, "_action") == "logout";
}

std::optional<http::Response> RestSource::refusal(const http::Request& request) const {
  const config::Am& am = *config_->am;
  if (!request.is("POST")) {
    auto response = http::rest_error(405, "Method not allowed");
    response.headers.add("Allow", "POST");
    return response;
  }
  if (!http::accepts_api_version(request.headers))
    return http::rest_error(404, "Resource version not supported: 2.0 to 3.1 are");
  const auto path = http::read_realm_path(request.target.path, am.context_path, "/json", "sessions");
  // The token says which session; a realm around its own may end it, too.
  if (!path || !http::is_realm_within(am.realm, path->realm)) return http::rest_error(404, "Realm not found");
  return std::nullopt;
}

Task<Result<std::optional<Recognition>>> RestSource::recognise(const SourceInput& input) {
  if (auto refused = refusal(input.request)) co_return std::optional<Recognition>(std::move(*refused));
  auto token = read_rest_token(input.request.headers, config_->am->cookie_name);
  if (auto* refused = std::get_if<http::Response>(&token))
    co_return std::optional<Recognition>(std::move(*refused));
  const auto id = session::SessionId::parse(std::get<std::string_view>(token));
  if (!id) co_return std::optional<Recognition>(details_answer(kTokenExpired, {}));
  session::SessionId sought = *id;
  const auto found = co_await store_.find(std::move(sought));
  if (!found) {
    base::log_error("logout.store", {{"what", "find"}, {"fault", describe(found.error())}});
    co_return std::optional<Recognition>(store_away());
  }
  if (!*found) co_return std::optional<Recognition>(details_answer(kTokenExpired, {}));

  const session::Snapshot session = **found;
  Trigger trigger = rest_trigger();
  trigger.session = session;
  trigger.selection.sessions.push_back(session);
  trigger.answer = details_answer(kLoggedOut, session->logout_details);
  trigger.clears_browser = input.session && input.session->id == session->id;
  co_return std::optional<Recognition>(std::move(trigger));
}

std::optional<Trigger> RestSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "POST" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return rest_trigger();
}

}  // namespace router::logout

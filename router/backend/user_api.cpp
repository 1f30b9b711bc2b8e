#include "backend/user_api.h"

#include <nlohmann/json.hpp>

#include "routing/rewrite.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

using Json = nlohmann::ordered_json;

std::string text_claim(const Json& claims, const char* name) {
  const auto found = claims.is_object() ? claims.find(name) : claims.end();
  return claims.is_object() && found != claims.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void add(Json& user, const char* name, const std::string& value) {
  if (!value.empty()) user[name] = value;
}

Json claims_of(const session::Session& session) { return Json::parse(session.claims, nullptr, false); }

Json main_properties(const session::Session& session, const Json& claims) {
  Json user = Json::object();
  add(user, "firstname", text_claim(claims, "given_name"));
  add(user, "lastname", text_claim(claims, "family_name"));
  add(user, "email", text_claim(claims, "email"));
  add(user, "name", session.user_name.empty() ? session.subject : session.user_name);
  return user;
}

// "John Doe (john.doe@sap.com)", of which any part may be unknown
std::string display_name(const Json& user) {
  std::string name = text_claim(user, "firstname");
  const auto last = text_claim(user, "lastname");
  if (!name.empty() && !last.empty()) name.append(" ");
  name.append(last);
  const auto known = text_claim(user, "name");
  const auto id = known.empty() ? text_claim(user, "email") : known;
  if (name.empty()) return id;
  return id.empty() ? name : name + " (" + id + ")";
}

std::string to_text(const Json& user) { return user.dump(-1, ' ', false, Json::error_handler_t::replace); }

struct Answer {
  int status = 200;
  std::string body;
};

Result<Answer> answer_of(const Call& call, std::string_view path) {
  if (!call.facts.request.is_get_or_head()) return Answer{405, {}};
  if (path != "/currentUser" && path != "/attributes") {
    return Error{ErrorCode::not_found, Side::client, "the user API has /currentUser and /attributes"};
  }
  const auto& user = call.facts.user.session;
  if (!user) return Error{ErrorCode::unauthenticated, Side::client, "the user API needs a session"};
  const bool with_scopes = call.route().authentication == config::AuthenticationType::xsuaa;
  return Answer{200,
                path == "/currentUser" ? current_user_json(*user, with_scopes) : attributes_json(*user, with_scopes)};
}

}  // namespace

std::string current_user_json(const session::Session& session, bool with_scopes) {
  Json user = main_properties(session, claims_of(session));
  user["displayName"] = display_name(user);
  if (with_scopes) user["scopes"] = session.scopes;
  return to_text(user);
}

std::string attributes_json(const session::Session& session, bool with_scopes) {
  const Json claims = claims_of(session);
  Json user = main_properties(session, claims);
  if (with_scopes) {
    user["scopes"] = session.scopes;
    const auto attributes = claims.is_object() ? claims.find("xs.user.attributes") : claims.end();
    if (claims.is_object() && attributes != claims.end() && attributes->is_object()) {
      // an attribute cannot pose as the user's name
      for (const auto& [name, value] : attributes->items()) {
        if (!user.contains(name)) user[name] = value;
      }
    }
  }
  return to_text(user);
}

Task<Result<void>> UserApi::serve(Call& call) {
  auto rewritten = routing::rewrite(call.route(), call.match.match, call.facts.target());
  if (!rewritten) co_return rewritten.error();
  auto answer = answer_of(call, base::cut(*rewritten, '?').before);
  if (!answer) co_return answer.error();
  net::ResponseStart head;
  head.status = call.status = answer->status;
  head.fields.add_view("Content-Type", "application/json");
  head.fields.add_view("Cache-Control", "no-store");
  if (answer->status == 405) head.fields.add_view("Allow", "GET, HEAD");
  const bool with_body = !call.facts.request.is("HEAD");
  if (with_body) {
    head.body = http::BodyKind::length;
    head.content_length = answer->body.size();
  } else {
    head.fields.add("Content-Length", std::to_string(answer->body.size()));
  }
  call.reply.complete(head.fields, call.upstream_time);
  call.exchange.start_response(std::move(head));
  if (with_body && !answer->body.empty()) {
    call.bytes_sent = answer->body.size();
    auto written = co_await call.exchange.write(answer->body);
    if (!written) co_return written;
  }
  auto finished = co_await call.exchange.finish(http::kNoFields);
  co_return finished;
}

}  // namespace router::backend

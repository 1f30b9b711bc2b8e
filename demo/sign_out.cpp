#include "demo/sign_out.h"

#include <algorithm>
#include <ctime>

#include "demo/page.h"
#include "demo/sign_in.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/query.h"
#include "http/url.h"

namespace router::demo {
namespace {

constexpr int kNoticeSeconds = 5;
constexpr int kLogoutTokenLifetime = 120;

void show(httplib::Response& response, std::string_view file, std::vector<http::TemplateField> fields) {
  response.set_content(make_page(file, std::move(fields)), "text/html; charset=utf-8");
}

void end_session(const std::string& sid, httplib::Response& response, ProviderContext& context) {
  context.sessions.forget_if([&](const ProviderSession& session) { return session.sid == sid; });
  context.codes.forget_if([&](const Grant& grant) { return grant.session.sid == sid; });
  context.refresh_tokens.forget_if([&](const Grant& grant) { return grant.session.sid == sid; });
  http::SetCookie cookie;
  cookie.name = kProviderCookie;
  cookie.path = "/";
  cookie.http_only = true;
  cookie.same_site = "Lax";
  response.set_header("Set-Cookie", http::deletion_of(cookie).to_string());
}

std::string logout_token(const ProviderSession& session, const ProviderContext& context) {
  const auto now = std::time(nullptr);
  return context.signer.sign(
      {{"iss", context.issuer},
       {"aud", context.client.id},
       {"sub", session.user->name},
       {"sid", session.sid},
       {"iat", now},
       {"exp", now + kLogoutTokenLifetime},
       {"jti", crypto::random_token(16)},
       {"events", {{"http://schemas.openid.net/event/backchannel-logout", nlohmann::json::object()}}}},
      "logout+jwt");
}

// What the application answered, for people.
std::string notify_application(const ProviderSession& session, const ProviderContext& context) {
  const auto url = http::parse_url(context.client.back_channel_logout_uri);
  if (!url) return "The application has no address for back-channel logout.";
  httplib::Client application(url->host, url->port);
  application.set_connection_timeout(kNoticeSeconds);
  application.set_read_timeout(kNoticeSeconds);
  const auto body = http::encode_form({{"logout_token", logout_token(session, context)}});
  const auto answer = application.Post(url->path_and_query(), body, "application/x-www-form-urlencoded");
  if (!answer) return "The application could not be reached.";
  return "The application was told, and answered " + std::to_string(answer->status) + ".";
}

bool is_registered(const std::string& uri, const ProviderContext& context) {
  const auto& known = context.client.post_logout_redirect_uris;
  return std::find(known.begin(), known.end(), uri) != known.end();
}

void end_session_endpoint(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const auto hint = context.signer.verify(request.get_param_value("id_token_hint"));
  // Without a token of ours a stranger may have made this link: the user decides on the provider's own page.
  if (!hint || hint->value("iss", "") != context.issuer || hint->value("aud", "") != context.client.id) {
    return response.set_redirect("/");
  }
  end_session(hint->value("sid", ""), response, context);
  const auto back_to = request.get_param_value("post_logout_redirect_uri");
  if (!is_registered(back_to, context)) {
    return show(response, "message.html",
                {http::text_field("title", "You are signed out"),
                 http::text_field("message", back_to.empty() ? "You can close this page."
                                                             : "This address is not registered: " + back_to)});
  }
  const auto state = request.get_param_value("state");
  response.set_redirect(state.empty() ? back_to : http::append_query(back_to, http::query_pair("state", state)));
}

void account(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const auto session = current_session(request, context);
  if (!session) {
    return show(response, "message.html",
                {http::text_field("title", "Nobody is signed in"),
                 http::text_field("message", "You sign in here when an application asks for it.")});
  }
  show(response, "account.html",
       {http::text_field("name", session->user->full_name), http::text_field("email", session->user->email)});
}

void sign_out(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const auto session = current_session(request, context);
  if (!session) return response.set_redirect("/", 303);
  end_session(session->sid, response, context);
  show(response, "message.html",
       {http::text_field("title", "You are signed out everywhere"),
        http::text_field("message", notify_application(*session, context))});
}

}  // namespace

void add_sign_out(httplib::Server& server, ProviderContext& context) {
  const auto end = [&context](const httplib::Request& request, httplib::Response& response) {
    end_session_endpoint(request, response, context);
  };
  server.Get("/end-session", end);
  // by the application itself, without the browser
  server.Post("/end-session", end);
  server.Get("/", [&context](const httplib::Request& request, httplib::Response& response) {
    account(request, response, context);
  });
  server.Post("/sign-out", [&context](const httplib::Request& request, httplib::Response& response) {
    sign_out(request, response, context);
  });
}

}  // namespace router::demo

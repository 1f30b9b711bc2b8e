#include "demo/sign_in.h"

#include <algorithm>

#include "base/text.h"
#include "demo/page.h"
#include "http/cookie.h"
#include "http/query.h"

namespace router::demo {
namespace {

constexpr std::size_t kS256Length = 43;  // base64url of 32 bytes

void show_message(httplib::Response& response, int status, std::string_view title, std::string_view message) {
  response.status = status;
  response.set_content(
      make_page("message.html", {http::text_field("title", title), http::text_field("message", message)}),
      "text/html; charset=utf-8");
}

void show_form(httplib::Response& response, int status, const std::string& request_id, std::string_view problem) {
  auto shown = http::markup_field("problem", {});
  if (!problem.empty()) shown.html = "<p class=\"note\" role=\"alert\">" + base::html_escape(problem) + "</p>";
  response.status = status;
  response.set_content(make_page("login.html", {http::text_field("request", request_id), shown}),
                       "text/html; charset=utf-8");
}

void redirect_with(httplib::Response& response, const AuthorizationRequest& request, const ProviderContext& context,
                   std::string_view name, std::string_view value) {
  std::string query = http::query_pair(name, value);
  if (!request.state.empty()) query += "&" + http::query_pair("state", request.state);
  query += "&" + http::query_pair("iss", context.issuer);
  response.set_redirect(http::append_query(request.redirect_uri, query));
}

void redirect_with_code(httplib::Response& response, const AuthorizationRequest& request, ProviderContext& context,
                        ProviderSession session) {
  Grant grant{std::move(session), request.scope, request.nonce, request.code_challenge, request.redirect_uri};
  redirect_with(response, request, context, "code", context.codes.put(std::move(grant)));
}

// The error code of RFC 6749 section 4.1.2.1, empty if there is nothing to complain about.
std::string fault_of(const httplib::Request& request) {
  if (request.get_param_value("response_type") != "code") return "unsupported_response_type";
  const std::string scope = request.get_param_value("scope");
  const auto scopes = base::split(scope, ' ');
  if (std::find(scopes.begin(), scopes.end(), "openid") == scopes.end()) return "invalid_scope";
  if (request.get_param_value("code_challenge_method") != "S256") return "invalid_request";
  if (request.get_param_value("code_challenge").size() != kS256Length) return "invalid_request";
  return {};
}

void authorize(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const auto& known = context.client.redirect_uris;
  const AuthorizationRequest asked{request.get_param_value("redirect_uri"), request.get_param_value("state"),
                                   request.get_param_value("nonce"), request.get_param_value("code_challenge"),
                                   request.get_param_value("scope")};
  // Nobody is sent to an address that is not registered, not even with an error.
  if (request.get_param_value("client_id") != context.client.id ||
      std::find(known.begin(), known.end(), asked.redirect_uri) == known.end()) {
    return show_message(response, 400, "Unknown application", "This address is not registered: " + asked.redirect_uri);
  }
  if (const auto fault = fault_of(request); !fault.empty()) {
    return redirect_with(response, asked, context, "error", fault);
  }
  const auto prompt = request.get_param_value("prompt");
  if (const auto session = current_session(request, context); session && prompt != "login") {
    return redirect_with_code(response, asked, context, *session);
  }
  if (prompt == "none") return redirect_with(response, asked, context, "error", "login_required");
  show_form(response, 200, context.requests.put(asked), {});
}

void sign_in(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const auto id = request.get_param_value("request");
  const auto asked = context.requests.find(id);
  if (!asked) {
    return show_message(response, 400, "This took too long", "Go back to the application and start again.");
  }
  const User* user = check_password(request.get_param_value("user"), request.get_param_value("password"));
  if (user == nullptr) return show_form(response, 403, id, "User and password do not match.");
  if (!context.requests.take(id)) {
    return show_message(response, 400, "Already signed in", "This form has been sent before.");
  }
  const ProviderSession session{crypto::random_token(16), user};
  http::SetCookie cookie;
  cookie.name = kProviderCookie;
  cookie.value = context.sessions.put(session);
  cookie.path = "/";
  cookie.http_only = true;
  cookie.same_site = "Lax";
  response.set_header("Set-Cookie", cookie.to_string());
  redirect_with_code(response, *asked, context, session);
}

}  // namespace

std::string provider_cookie(const httplib::Request& request) {
  const auto field = request.get_header_value("Cookie");
  for (const auto& pair : http::parse_cookies(field)) {
    if (pair.name == kProviderCookie) return std::string(pair.value);
  }
  return {};
}

std::optional<ProviderSession> current_session(const httplib::Request& request, ProviderContext& context) {
  return context.sessions.find(provider_cookie(request));
}

void add_sign_in(httplib::Server& server, ProviderContext& context) {
  server.Get("/authorize", [&context](const httplib::Request& request, httplib::Response& response) {
    authorize(request, response, context);
  });
  server.Post("/sign-in", [&context](const httplib::Request& request, httplib::Response& response) {
    sign_in(request, response, context);
  });
}

}  // namespace router::demo

#include "demo/back_end.h"

#include <ctime>
#include <iostream>

#include "base/text.h"
#include "demo/page.h"

namespace router::demo {
namespace {

using nlohmann::json;

constexpr const char* kHtml = "text/html; charset=utf-8";

// A token is a key: it is named here, not shown.
std::string shown_value(const std::string& name, const std::string& value) {
  if (base::equals_ignoring_case(name, "authorization")) return value.substr(0, value.find(' ')) + " (a token)";
  return value;
}

std::string header_rows(const httplib::Headers& headers) {
  std::string rows;
  for (const auto& [name, value] : headers) {
    // Added by cpp-httplib itself.
    if (name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" || name == "LOCAL_PORT") continue;
    rows += "<tr><th scope=\"row\">" + base::html_escape(name) + "</th><td>" +
            base::html_escape(shown_value(name, value)) + "</td></tr>\n";
  }
  return rows;
}

}  // namespace

BackEnd::BackEnd(BackEndProfile profile, TokenCheck check, LogoutCalls& calls)
    : profile_(std::move(profile)), check_(std::move(check)), calls_(calls) {
  auto& server = listener_.server();
  server.Get("/app/.*",
             [this](const httplib::Request& request, httplib::Response& response) { show_page(request, response); });
  server.Post("/logout", [this](const httplib::Request& request, httplib::Response& response) {
    receive_logout(request, response);
  });
  server.Get("/public/logouts",
             [this](const httplib::Request&, httplib::Response& response) { show_logouts(response); });
  server.Get("/public/logouts\\.json", [this](const httplib::Request&, httplib::Response& response) {
    response.set_content(calls_.to_json().dump(), "application/json");
  });
}

json BackEnd::user_of(const httplib::Request& request) const {
  const std::string field = request.get_header_value("Authorization");
  const auto parts = base::cut(field, ' ');
  if (!base::equals_ignoring_case(parts.before, "Bearer")) return nullptr;
  const auto claims = check_.signer.verify(parts.after.value_or(""));
  if (!claims || claims->value("iss", "") != check_.issuer || claims->value("aud", "") != check_.audience ||
      claims->value("exp", std::time_t{0}) <= std::time(nullptr)) {
    return nullptr;
  }
  return *claims;
}

void BackEnd::show_page(const httplib::Request& request, httplib::Response& response) const {
  const json user = user_of(request);
  if (user.is_null()) {
    response.status = 401;
    response.set_content(
        make_page("message.html", {http::text_field("title", "Who are you?"),
                                   http::text_field("message", "The request brought no valid token.")}),
        kHtml);
    return;
  }
  response.set_content(
      make_page("back_end.html",
                {http::text_field("title", profile_.title), http::text_field("name", user.value("name", "")),
                 http::text_field("user", user.value("sub", "")), http::text_field("email", user.value("email", "")),
                 http::markup_field("items", profile_.items), http::text_field("other_name", profile_.other_name),
                 http::text_field("other_title", profile_.other_title),
                 http::markup_field("headers", header_rows(request.headers))}),
      kHtml);
}

void BackEnd::receive_logout(const httplib::Request& request, httplib::Response& response) const {
  if (is_away_) {
    response.status = 503;
    return;
  }
  const json user = user_of(request);
  const std::string name = user.is_null() ? std::string() : user.value("sub", "");
  std::cout << profile_.name << ": told that " << (name.empty() ? "somebody" : name) << " has signed out" << std::endl;
  LogoutCall call;
  call.back_end = profile_.name;
  call.user = name;
  calls_.record(std::move(call));
  response.status = 204;
}

void BackEnd::show_logouts(httplib::Response& response) const {
  std::string rows;
  for (const json& call : calls_.to_json()) {
    const auto user = call.value("user", "");
    rows += "<tr><td>" + base::html_escape(call.value("backEnd", "")) + "</td><td>" +
            (user.empty() ? "(no valid token)" : base::html_escape(user)) + "</td><td>" +
            std::to_string(call.value("secondsAgo", 0)) + " s ago</td></tr>\n";
  }
  if (rows.empty()) rows = "<tr><td colspan=\"3\">No logout call yet.</td></tr>";
  response.set_content(make_page("logouts.html", {http::markup_field("rows", rows)}), kHtml);
}

}  // namespace router::demo

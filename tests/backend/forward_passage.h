// A request on its way to a back-end and an answer on its way back, as the text of their fields.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "backend/forward_headers.h"
#include "support/field_lines.h"
#include "support/sessions.h"

namespace router::test {

using Lines = std::vector<std::pair<std::string, std::string>>;

// A request on its way to the back-end http://crm.internal:8080.
struct Passage {
  http::Request request;
  http::External external;
  config::Destination destination;
  session::Session session = make_session();
  session::CookieNames own{config::Environment{}};
  bool authenticated = true;
  bool csrf_is_ours = true;
  bool with_session = true;
  std::vector<std::string> forwarded_identity;

  Passage() {
    request.method = "GET";
    request.headers.add("Host", "app.example");
    external.scheme = "https";
    external.authority = "app.example";
    external.peer_address = "198.51.100.7";
    destination.name = "crm";
    destination.url = *http::parse_url("http://crm.internal:8080/base");
    session.tokens.access_token = base::Secret("token");
  }
  Passage& with(const Lines& lines) {
    for (const auto& [name, value] : lines) request.headers.add(name, value);
    return *this;
  }
  std::string write() const {
    backend::RequestFacts facts(request);
    facts.external = external;
    facts.trace = {"r-1", "c-1", "00-0-0-01"};
    if (with_session) facts.user.session = std::make_shared<const session::Session>(session);
    backend::RequestForward forward{.facts = facts,
                                    .destination = destination,
                                    .own_cookies = own,
                                    .authenticated = authenticated,
                                    .forwarded_identity = forwarded_identity,
                                    .csrf_is_ours = csrf_is_ours,
                                    .scope = {"crm", "/base/orders", "/crm/orders", true}};
    std::string out = "\r\n";
    backend::write_request_headers(forward, out);
    return out;
  }
};

inline bool has(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}
inline bool has_name(const std::string& head, const std::string& name) {
  return head.find("\r\n" + name + ":") != std::string::npos;
}

inline std::string write_answer(const Lines& lines, bool csrf_is_ours = false,
                                const std::vector<config::ResponseHeader>& configured = {},
                                std::string_view location = {}, bool cors_is_ours = false) {
  http::Headers answer;
  for (const auto& [name, value] : lines) answer.add(name, value);
  const backend::SetCookies cookies{{"theme=dark; Max-Age=1"}, {}};
  return "\r\n" +
         lines_of(backend::forwarded_fields(answer, {configured, csrf_is_ours, cors_is_ours, cookies, location}));
}

}  // namespace router::test

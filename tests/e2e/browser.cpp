#include "e2e/browser.h"

#include <stdexcept>

namespace router::test {
namespace {

constexpr int kMostRedirects = 10;

std::uint16_t port_of(std::string_view url) {
  const auto colon = url.find(':', url.find("//"));
  if (colon == std::string_view::npos) throw std::runtime_error("no port in " + std::string(url));
  return static_cast<std::uint16_t>(std::stoi(std::string(url.substr(colon + 1))));
}

}  // namespace

bool deletes_cookie(std::string_view set_cookie) {
  return contains_ignoring_case(set_cookie, "; Max-Age=0") ||
         contains_ignoring_case(set_cookie, "Expires=Thu, 01 Jan 1970");
}

RawAnswer Browser::send(std::string_view method, std::string_view path, FieldList fields, std::string_view body) {
  std::string request = make_request(method, path, fields, body);
  const std::string given = "Host: app.example\r\n";
  if (const auto at = request.find(given); at != std::string::npos) {
    request.replace(at, given.size(), "Host: " + host() + "\r\n");
  }
  if (!cookies_.empty()) request.insert(request.find("\r\n") + 2, "Cookie: " + cookie_field() + "\r\n");
  if (!address_.empty()) request.insert(request.find("\r\n") + 2, "X-Forwarded-For: " + address_ + "\r\n");
  auto answer = ask(port_, request);
  obey(answer);
  return answer;
}

RawAnswer Browser::navigate(std::string_view path) {
  return send("GET", path,
              {{"Accept", "text/html"},
               {"Sec-Fetch-Mode", "navigate"},
               {"Sec-Fetch-Dest", "document"},
               {"Sec-Fetch-Site", "none"}});
}

RawAnswer Browser::open(std::string_view path) {
  std::string next(path);
  for (int i = 0; i < kMostRedirects; ++i) {
    auto answer = navigate(next);
    if (answer.status() / 100 != 3) return answer;
    std::string location = answer.field("Location");
    while (location.starts_with("http") && port_of(location) != port_) location = location_from(location);
    next = path_of(location);
  }
  throw std::runtime_error("redirects without end, the last one to " + next);
}

std::string Browser::location_from(const std::string& url) {
  return ask(port_of(url), make_request("GET", path_of(url), {{"Connection", "close"}})).field("Location");
}

std::string Browser::path_of(std::string_view url) {
  if (!url.starts_with("http")) return std::string(url);
  const auto slash = url.find('/', url.find("//") + 2);
  return slash == std::string_view::npos ? "/" : std::string(url.substr(slash));
}

std::string Browser::cookie(const std::string& name) const {
  const auto found = cookies_.find(name);
  return found == cookies_.end() ? std::string() : found->second;
}

std::string Browser::cookie_field() const {
  std::string field;
  for (const auto& [name, value] : cookies_) field += (field.empty() ? "" : "; ") + name + "=" + value;
  return field;
}

std::string Browser::handshake(std::string_view path, std::string_view origin) const {
  const auto cookies = cookie_field();
  return make_handshake(path, host(), origin, {{"Cookie", cookies}});
}

std::string Browser::csrf_token(std::string_view path) {
  return get(path, {{"X-CSRF-Token", "Fetch"}}).field("x-csrf-token");
}

void Browser::obey(const RawAnswer& answer) {
  for (const auto& line : answer.head.all("Set-Cookie")) {
    const auto equals = line.find('=');
    const std::string name = line.substr(0, equals);
    if (deletes_cookie(line)) {
      cookies_.erase(name);
    } else {
      cookies_[name] = line.substr(equals + 1, line.find(';') - equals - 1);
    }
  }
}

}  // namespace router::test

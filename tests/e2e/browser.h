// A user agent for tests: a cookie jar, navigations, redirects between router and provider. No pages are run.
//
//   Browser browser(router.port());
//   browser.open("/app/x");                 // logs in on the way, as the provider approves at once
//   browser.send("GET", "/my/logout");
//
// One thread; a connection per request. Cookies are the router's only: the provider sets none.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "support/raw_client.h"

namespace router::test {

class Browser {
 public:
  explicit Browser(std::uint16_t port) : port_(port) {}

  // As a front proxy would say it; the router's default is to trust one on this machine.
  void come_from(std::string address) { address_ = std::move(address); }

  // One request with the cookies; Set-Cookie of the answer is obeyed.
  RawAnswer send(std::string_view method, std::string_view path, FieldList fields = {}, std::string_view body = {});
  RawAnswer get(std::string_view path, FieldList fields = {}) { return send("GET", path, fields); }
  // A top-level navigation, one step: does not follow.
  RawAnswer navigate(std::string_view path);
  // The same to the end of its redirects, over the provider and back. At most 10 of them.
  RawAnswer open(std::string_view path);
  // What the provider at `url` redirects to.
  static std::string location_from(const std::string& url);
  // Path and query of a URL.
  static std::string path_of(std::string_view url);

  const std::map<std::string, std::string>& cookies() const { return cookies_; }
  std::string cookie(const std::string& name) const;
  std::string cookie_field() const;
  void set_cookie(const std::string& name, const std::string& value) { cookies_[name] = value; }
  bool has_session() const { return cookies_.count("JSESSIONID") != 0; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string csrf_token(std::string_view path);
  // A WebSocket's handshake with its cookies, to be sent on a connection of its own.
  std::string handshake(std::string_view path) const { return handshake(path, "http://" + host()); }
  std::string handshake(std::string_view path, std::string_view origin) const;

 private:
  void obey(const RawAnswer& answer);

  std::uint16_t port_;
  std::string address_;
  std::map<std::string, std::string> cookies_;
};

// Whether that Set-Cookie value deletes its cookie.
bool deletes_cookie(std::string_view set_cookie);

}  // namespace router::test

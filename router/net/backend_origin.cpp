#include "net/backend_origin.h"

#include <functional>

namespace router::net {

namespace {

std::string without_brackets(std::string host) {
  if (host.size() > 2 && host.front() == '[') return host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

std::string BackendOrigin::place() const {
  auto text = host + ':' + std::to_string(port);
  if (!proxy_host.empty()) text += " via " + proxy_host + ':' + std::to_string(proxy_port);
  return text;
}

BackendOrigin make_backend_origin(const http::Url& url, TlsClientOptions tls, std::string proxy_host,
                                  std::uint16_t proxy_port) {
  BackendOrigin origin;
  origin.host = without_brackets(url.host);
  origin.port = url.port;
  origin.secure = url.secure();
  origin.tls = std::move(tls);
  origin.proxy_host = without_brackets(std::move(proxy_host));
  origin.proxy_port = proxy_port;
  origin.key = origin.host + '|' + std::to_string(origin.port);
  if (origin.secure) {
    const auto certificate = std::hash<std::string>{}(origin.tls.client_certificate);
    origin.key += origin.tls.verify ? "|tls|" : "|tls-unverified|";
    origin.key += std::to_string(certificate);
  }
  if (!origin.proxy_host.empty()) origin.key += "|via " + origin.proxy_host + ':' + std::to_string(origin.proxy_port);
  return origin;
}

BackendOrigin make_strict(BackendOrigin origin, bool is_strict) {
  origin.is_strict = is_strict;
  if (is_strict) origin.key += "|strict";
  return origin;
}

BackendOrigin make_proxy_origin(const std::string& host, std::uint16_t port, std::string_view group) {
  BackendOrigin origin;
  origin.host = without_brackets(host);
  origin.port = port;
  origin.key = origin.host + '|' + std::to_string(port) + "|whole|";
  origin.key.append(group);
  return origin;
}

std::string absolute_form_origin(const http::Url& url) { return "http://" + url.host + ':' + std::to_string(url.port); }

}  // namespace router::net

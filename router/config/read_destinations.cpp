#include "config/read_destinations.h"

#include <algorithm>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_environment.h"

namespace router::config {
namespace {

constexpr long long kMaxTimeout = 24LL * 60 * 60 * 1000;

const std::vector<std::string> kDestinationProperties = {"name",
                                              "url",
                                              "proxyHost",
                                              "proxyPort",
                                              "forwardAuthToken",
                                              "forwardAuthCertificates",
                                              "strictSSL",
                                              "timeout",
                                              "setXForwardedHeaders",
                                              "headers",
                                              "preserveHostHeader",
                                              "rewriteLocation",
                                              "proxyType",
                                              "IASDependencyName"};

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '/' && c != '$' && c != '*';
  });
}

void read_flag(const json& entry, std::string_view key, const Report& report, bool& target) {
  const json* value = member(entry, key);
  if (value == nullptr) return;
  if (value->is_boolean()) {
    target = value->get<bool>();
  } else {
    report.error(pointer_to("", key), {show_value(*value), "true or false"});
  }
}

void read_timeout(const json& entry, const Report& report, milliseconds& target) {
  const json* value = member(entry, "timeout");
  if (value == nullptr) return;
  if (value->is_number_integer() && *value > 0 && *value <= kMaxTimeout) {
    target = milliseconds(value->get<long long>());
  } else {
    report.error("/timeout", {show_value(*value), "a whole number of milliseconds from 1 to 86400000"});
  }
}

void read_proxy(const json& entry, const Report& report, Destination& destination) {
  const json* host = member(entry, "proxyHost");
  const json* port = member(entry, "proxyPort");
  if ((host == nullptr) != (port == nullptr)) {
    const char* given = host == nullptr ? "proxyPort" : "proxyHost";
    report.error(pointer_to("", given),
                 {std::string(given) + " alone", "proxyHost and proxyPort, or none", {}, true});
  }
  if (host != nullptr) {
    const std::string given = host->is_string() ? host->get<std::string>() : "";
    // an IPv6 address, with brackets or without
    const bool is_bare_v6 = std::count(given.begin(), given.end(), ':') > 1 && !given.starts_with('[');
    const auto parsed = http::parse_host(is_bare_v6 ? "[" + given + "]" : given);
    if (!parsed || parsed->port) {
      report.error("/proxyHost", {show_value(*host), "the name or address of a host"});
    } else {
      destination.proxy_host = parsed->host;
    }
  }
  if (port != nullptr) {
    const auto number = port->is_string() ? base::parse_unsigned(port->get_ref<const std::string&>())
                        : port->is_number_unsigned() ? std::optional(port->get<std::uint64_t>())
                                                     : std::nullopt;
    if (!number || *number == 0 || *number > 65535) {
      report.error("/proxyPort", {show_value(*port), "a port from 1 to 65535"});
    } else {
      destination.proxy_port = static_cast<std::uint16_t>(*number);
    }
  }
}

void check_properties(const json& entry, const Report& report) {
  for (const auto& [name, value] : entry.items()) {
    if (std::find(kDestinationProperties.begin(), kDestinationProperties.end(), name) != kDestinationProperties.end()) continue;
    const std::string hint = nearest_hint(name, kDestinationProperties);
    const Finding finding{"the unknown property " + show(std::string_view(name)), "a known property", hint,
                          true};
    // What is far from all of ours may mean something to another router.
    if (hint.empty()) {
      report.warning(pointer_to("", name), finding);
    } else {
      report.error(pointer_to("", name), finding);
    }
  }
}

std::optional<Destination> read_destination(const json& entry, const Report& report) {
  if (!entry.is_object()) {
    report.error("", {show_value(entry), "an object with name and url"});
    return std::nullopt;
  }
  Destination destination;
  check_properties(entry, report);
  const json* name = member(entry, "name");
  const json* url = member(entry, "url");
  if (name == nullptr || !name->is_string() || !is_name(name->get_ref<const std::string&>())) {
    report.error(name == nullptr ? "" : "/name",
                 {name == nullptr ? "no name" : show_value(*name), "a name without spaces and any of / $ *"});
  } else {
    destination.name = name->get<std::string>();
  }
  if (url == nullptr) {
    report.error("", {"no url", "a url with http, https, ws or wss"});
  } else if (auto parsed = read_back_end_url(*url, report, "/url")) {
    destination.url = std::move(*parsed);
  }
  read_flag(entry, "forwardAuthToken", report, destination.forward_auth_token);
  read_flag(entry, "forwardAuthCertificates", report, destination.forward_auth_certificates);
  read_flag(entry, "strictSSL", report, destination.strict_ssl);
  read_flag(entry, "setXForwardedHeaders", report, destination.set_x_forwarded_headers);
  read_flag(entry, "preserveHostHeader", report, destination.preserve_host_header);
  read_flag(entry, "rewriteLocation", report, destination.rewrite_location);
  read_timeout(entry, report, destination.timeout);
  read_proxy(entry, report, destination);
  if (const json* headers = member(entry, "headers")) {
    destination.headers = read_header_list(*headers, report.below("/headers"));
  }
  if (destination.name.empty()) return std::nullopt;
  return destination;
}

}  // namespace

std::optional<http::Url> read_back_end_url(const json& value, const Report& report,
                                           const std::string& pointer) {
  auto url = value.is_string() ? http::parse_url(value.get_ref<const std::string&>()) : std::nullopt;
  if (url && !url->query && !url->fragment) return url;
  report.error(pointer,
               {show_value(value), "a URL with http, https, ws or wss, without user, query and fragment"});
  return std::nullopt;
}

std::map<std::string, Destination> read_destinations(const Variables& variables) {
  std::map<std::string, Destination> destinations;
  const auto variable = variables.json_value("destinations");
  if (!variable) return destinations;
  if (!variable->value->is_array()) {
    variable->report.error("", {show_value(*variable->value), "an array of destinations"});
    return destinations;
  }
  for (std::size_t i = 0; i < variable->value->size(); ++i) {
    const Report report = variable->report.below(pointer_to("", i));
    auto destination = read_destination((*variable->value)[i], report);
    if (!destination) continue;
    const std::string name = destination->name;
    if (!destinations.emplace(name, std::move(*destination)).second) {
      report.error("/name",
                   {"the name " + show(std::string_view(name)) + " a second time", "each name once"});
    }
  }
  return destinations;
}

}  // namespace router::config

#include "config/read_destinations.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "http/written_url.h"

namespace router::config {
namespace {

constexpr std::uint64_t kMaxTimeout = 24ULL * 60 * 60 * 1000;

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

// The destination service's names of ours; its values are strings.
struct TheirName {
  std::string_view ours;
  std::string_view theirs;
};
constexpr std::array kTheirNames = {TheirName{"name", "Name"},
                                    TheirName{"url", "URL"},
                                    TheirName{"proxyType", "ProxyType"},
                                    TheirName{"timeout", "HTML5.Timeout"},
                                    TheirName{"forwardAuthToken", "HTML5.ForwardAuthToken"},
                                    TheirName{"forwardAuthCertificates", "HTML5.ForwardAuthCertificates"},
                                    TheirName{"preserveHostHeader", "HTML5.PreserveHostHeader"},
                                    TheirName{"setXForwardedHeaders", "HTML5.SetXForwardedHeaders"}};

// An entry's properties by our names, in whichever of the two spellings it has.
class Properties {
 public:
  explicit Properties(const json& entry) : entry_(entry) {
    for (const char* key : {"Name", "URL", "Type", "type", "ProxyType", "Authentication", "authentication"}) {
      is_theirs_ = is_theirs_ || member(entry, key) != nullptr;
    }
  }

  bool is_theirs() const { return is_theirs_; }
  const json& entry() const { return entry_; }
  static std::string_view their_name(std::string_view ours) {
    const auto found =
        std::find_if(kTheirNames.begin(), kTheirNames.end(), [&](const auto& name) { return name.ours == ours; });
    return found == kTheirNames.end() ? ours : found->theirs;
  }
  const json* find(std::string_view ours) const { return member(entry_, key_of(ours)); }
  std::string pointer(std::string_view ours) const { return pointer_to("", key_of(ours)); }

 private:
  std::string_view key_of(std::string_view ours) const {
    if (!is_theirs_ || member(entry_, ours) != nullptr) return ours;
    const auto theirs = their_name(ours);
    return member(entry_, theirs) != nullptr ? theirs : ours;
  }

  const json& entry_;
  bool is_theirs_ = false;
};

bool is_plain(char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '/' && c != '$' && c != '*'; }

// No `ours`, unless it is there misspelt, which has been said.
void report_missing(const Properties& properties, const std::string& ours, const Report& report, std::string expected) {
  std::string hint;
  for (const auto& [key, value] : properties.entry().items()) {
    const bool is_known =
        std::find(kDestinationProperties.begin(), kDestinationProperties.end(), key) != kDestinationProperties.end();
    if (is_known || nearest_hint(key, {ours}).empty()) continue;
    if (!properties.is_theirs()) return;
    hint = nearest_hint(key, {std::string(Properties::their_name(ours))});
  }
  report.error("", {"no " + ours, std::move(expected), std::move(hint)});
}

void read_name(const Properties& properties, const Report& report, Destination& destination) {
  constexpr std::size_t kLongest = 1024;
  const json* value = properties.find("name");
  if (value == nullptr) return report_missing(properties, "name", report, "a name of 1 to 1024 bytes");
  const bool is_name = value->is_string() && !value->get_ref<const std::string&>().empty() &&
                       value->get_ref<const std::string&>().size() <= kLongest;
  if (!is_name) {
    return report.error(properties.pointer("name"), {show_value(*value), "a name of 1 to 1024 bytes"});
  }
  destination.name = value->get<std::string>();
  std::string plain = destination.name;
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return !is_plain(c); }, '-');
  if (plain == destination.name) return;
  report.warning(properties.pointer("name"),
                 {show(std::string_view(destination.name)), "a name such as " + show(std::string_view(plain)),
                  "blanks and / $ * have meanings of their own in routes"});
}

void read_flag(const Properties& properties, std::string_view key, const Report& report, bool& target) {
  const json* value = properties.find(key);
  if (value == nullptr) return;
  const std::string text =
      properties.is_theirs() && value->is_string() ? base::to_lower(value->get_ref<const std::string&>()) : "";
  if (value->is_boolean()) {
    target = value->get<bool>();
  } else if (text == "true" || text == "false") {
    target = text == "true";
  } else {
    report.error(properties.pointer(key), {show_value(*value), "true or false"});
  }
}

void read_timeout(const Properties& properties, const Report& report, milliseconds& target) {
  const json* value = properties.find("timeout");
  if (value == nullptr) return;
  std::optional<std::uint64_t> time;
  if (value->is_number_unsigned()) time = value->get<std::uint64_t>();
  if (properties.is_theirs() && value->is_string()) time = base::parse_unsigned(value->get_ref<const std::string&>());
  if (time && *time > 0 && *time <= kMaxTimeout) {
    target = milliseconds(static_cast<long long>(*time));
  } else {
    report.error(properties.pointer("timeout"),
                 {show_value(*value), "a whole number of milliseconds from 1 to 86400000"});
  }
}

void read_proxy(const json& entry, const Report& report, Destination& destination) {
  const json* host = member(entry, "proxyHost");
  const json* port = member(entry, "proxyPort");
  if ((host == nullptr) != (port == nullptr)) {
    const char* given = host == nullptr ? "proxyPort" : "proxyHost";
    report.error(pointer_to("", given), {std::string(given) + " alone", "proxyHost and proxyPort, or none", {}, true});
  }
  if (host != nullptr) {
    std::string given = host->is_string() ? host->get<std::string>() : "";
    if (const auto url = http::parse_url(given);
        url && url->scheme == "http" && url->default_port && url->path.size() < 2) {
      report.warning("/proxyHost", {show_value(*host), show(std::string_view(url->host)), "it is taken so"});
      given = url->host;
    }
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
    if (const auto number = as_port(*port)) {
      destination.proxy_port = *number;
    } else {
      report.error("/proxyPort", {show_value(*port), "a port from 1 to 65535"});
    }
  }
}

void check_properties(const json& entry, const Report& report) {
  for (const auto& [name, value] : entry.items()) {
    if (std::find(kDestinationProperties.begin(), kDestinationProperties.end(), name) != kDestinationProperties.end())
      continue;
    const std::string hint = nearest_hint(name, kDestinationProperties);
    const Finding finding{"the unknown property " + show(std::string_view(name)), "a known property", hint, true};
    // What is far from all of ours may mean something to another router.
    if (hint.empty()) {
      report.warning(pointer_to("", name), finding);
    } else {
      report.error(pointer_to("", name), finding);
    }
  }
}

// What only the destination service's spelling has.
void read_their_properties(const json& entry, const Report& report, Destination& destination) {
  report.warning("", {"a destination in the destination service's spelling",
                      "\"name\" and \"url\", as this variable has them", "it is taken"});
  for (const char* key : {"Type", "type"}) {
    const auto type = text_member(entry, key);
    if (type && !base::equals_ignoring_case(*type, "HTTP")) {
      report.error(pointer_to("", key), {show(std::string_view(*type)), "\"HTTP\""});
    }
  }
  for (const char* key : {"Authentication", "authentication"}) {
    const auto kind = text_member(entry, key);
    if (!kind || kind->empty() || *kind == "NoAuthentication") continue;
    report.warning(pointer_to("", key),
                   {show(std::string_view(*kind)), "\"NoAuthentication\", or a bound destination service",
                    "in this variable no credentials are sent, as in the Node router"});
  }
  const auto trusts_all = text_member(entry, "TrustAll");
  destination.strict_ssl =
      !(flag_member(entry, "TrustAll", false) || (trusts_all && base::equals_ignoring_case(*trusts_all, "true")));
  constexpr std::string_view kHeaders = "URL.headers.";
  for (const auto& [key, value] : entry.items()) {
    const bool is_client = key == "sap-client";
    if (!value.is_string() || !(is_client || key.starts_with(kHeaders))) continue;
    Header header{is_client ? key : key.substr(kHeaders.size()), value.get<std::string>()};
    if (const auto fault = header_fault(header.name, header.value)) {
      report.error(pointer_to("", key), {fault->first, fault->second});
    } else {
      destination.headers.push_back(std::move(header));
    }
  }
}

// Behind a Cloud Connector, which decides itself about TLS, and knows no token of ours.
void read_on_premise(const Properties& properties, const Report& report, Destination& destination) {
  const json* type = properties.find("proxyType");
  if (type == nullptr || !type->is_string()) return;
  if (!base::equals_ignoring_case(type->get_ref<const std::string&>(), "OnPremise")) return;
  destination.is_on_premise = true;
  destination.location_id = text_member(properties.entry(), "CloudConnectorLocationId").value_or("");
  const std::string pointer = properties.pointer("proxyType");
  if (header_fault("location", destination.location_id)) {
    report.error("/CloudConnectorLocationId", {show(std::string_view(destination.location_id)), "a plain text"});
  }
  if (destination.forward_auth_token) {
    report.error(pointer, {"OnPremise beside forwardAuthToken", "a destination with PrincipalPropagation"});
  }
  if (!destination.proxy_host.empty()) report.error(pointer, {"OnPremise beside proxyHost", "one of them"});
  if (destination.url.secure()) {
    report.warning(pointer, {"OnPremise with a secure url", "http, as the Cloud Connector decides about TLS",
                             "it is called at that port without TLS"});
  }
}

std::optional<Destination> read_destination(const json& entry, const Report& report) {
  if (!entry.is_object()) {
    report.error("", {show_value(entry), "an object with name and url"});
    return std::nullopt;
  }
  const Properties properties(entry);
  Destination destination;
  if (properties.is_theirs()) {
    read_their_properties(entry, report, destination);
  } else {
    check_properties(entry, report);
  }
  read_name(properties, report, destination);
  if (const json* url = properties.find("url"); url == nullptr) {
    report_missing(properties, "url", report, "a url with http, https, ws or wss");
  } else if (auto parsed = read_back_end_url(*url, report, properties.pointer("url"))) {
    destination.url = std::move(*parsed);
  }
  read_flag(properties, "forwardAuthToken", report, destination.forward_auth_token);
  read_flag(properties, "forwardAuthCertificates", report, destination.forward_auth_certificates);
  read_flag(properties, "strictSSL", report, destination.strict_ssl);
  read_flag(properties, "setXForwardedHeaders", report, destination.set_x_forwarded_headers);
  read_flag(properties, "preserveHostHeader", report, destination.preserve_host_header);
  read_flag(properties, "rewriteLocation", report, destination.rewrite_location);
  read_timeout(properties, report, destination.timeout);
  read_proxy(entry, report, destination);
  read_on_premise(properties, report, destination);
  if (const json* headers = member(entry, "headers")) {
    auto listed = read_header_list(*headers, report.below("/headers"));
    destination.headers.insert(destination.headers.end(), std::make_move_iterator(listed.begin()),
                               std::make_move_iterator(listed.end()));
  }
  if (destination.name.empty()) return std::nullopt;
  return destination;
}

}  // namespace

std::optional<http::Url> read_back_end_url(const json& value, const Report& report, const std::string& pointer) {
  const std::string written = value.is_string() ? value.get<std::string>() : std::string();
  if (auto url = http::parse_url(written); url && !url->query && !url->fragment) return url;
  auto url = http::parse_written_url(written);
  if (!url) {
    report.error(pointer, {show_value(value), "a URL with http, https, ws or wss, without user, query and fragment"});
    return std::nullopt;
  }
  http::Url right = *url;
  right.query.reset();
  report.warning(pointer, {show_value(value), show(std::string_view(right.to_string())),
                           url->query ? "its query goes along with each request, before the request's own"
                                      : "it is taken so; user, password and fragment are not sent"});
  return url;
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
      report.error("/name", {"the name " + show(std::string_view(name)) + " a second time", "each name once"});
    }
  }
  return destinations;
}

}  // namespace router::config

#include "config/read_origin.h"

#include "base/text.h"
#include "config/json_access.h"
#include "config/spelling.h"

namespace router::config {
namespace {

constexpr std::string_view kAny = "*";

bool is_host_rule(std::string_view host) {
  if (host == kAny) return true;
  if (host.starts_with("*.")) host.remove_prefix(2);
  const auto parsed = http::parse_host(host);
  return parsed && !parsed->port;
}

// False: not a port. `port` stays absent for any port.
bool read_port(const json* value, std::optional<std::uint16_t>& port) {
  if (value == nullptr || *value == kAny) return true;
  port = as_port(*value);
  return port.has_value();
}

}  // namespace

std::optional<http::OriginRule> read_origin(const json& value, const Report& report) {
  const auto host = text_member(value, "host");
  if (!host || !is_host_rule(*host)) {
    report.error(host ? "/host" : "", {host ? show(std::string_view(*host)) : show_value(value) + " without a host",
                                       "a host such as \"app.example.com\", \"*.example.com\" or \"*\"",
                                       {},
                                       false,
                                       true});
    return std::nullopt;
  }
  const auto protocol = text_member(value, "protocol").value_or(std::string(kAny));
  if (protocol != kAny && protocol != "http" && protocol != "https") {
    report.error("/protocol", {show(std::string_view(protocol)), "\"http\" or \"https\"", {}, false, true});
    return std::nullopt;
  }
  std::optional<std::uint16_t> port;
  if (!read_port(member(value, "port"), port)) {
    report.error("/port", {show_value(*member(value, "port")), "a port from 1 to 65535", {}, false, true});
    return std::nullopt;
  }
  return http::OriginRule{protocol == kAny ? "" : protocol, base::to_lower(*host), port};
}

std::vector<http::OriginRule> read_origin_list(const Variables& variables, std::string_view name) {
  std::vector<http::OriginRule> rules;
  const auto variable = variables.json_value(name);
  if (!variable) return rules;
  const json list = origins_as_meant(*variable->value, variable->report);
  if (!list.is_array()) {
    variable->report.error("", {show_value(list), "an array such as [{\"host\": \"*.example.com\"}]"});
    return rules;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto rule = read_origin(list[i], variable->report.below(pointer_to("", i)))) rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace router::config

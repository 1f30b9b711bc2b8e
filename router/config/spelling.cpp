#include "config/spelling.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "config/dialects.h"
#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "config/read_descriptor.h"
#include "http/target.h"
#include "http/url.h"
#include "http/written_url.h"

namespace router::config {
namespace {

constexpr long long kDefaultSessionTimeout = 15;  // minutes

// "https:...", "mailto:..."; whatever it is, it is no path.
bool has_scheme(std::string_view text) {
  const auto end = text.find_first_of(":/?#");
  return end != std::string_view::npos && text[end] == ':';
}

// "./a" -> "a", "//a" -> "/a", "\a" -> "/a"
std::string without_detours(std::string_view text) {
  std::string path(http::without_blanks(text));
  const auto end = path.begin() + static_cast<std::ptrdiff_t>(std::min(path.find_first_of("?#"), path.size()));
  std::replace(path.begin(), end, '\\', '/');
  while (path.starts_with("./")) path.erase(0, 2);
  if (path.starts_with('/'))
    path.erase(0, path.find_first_not_of('/') == std::string::npos ? path.size() - 1 : path.find_first_not_of('/') - 1);
  return http::escape_unusable(path);
}

// "/a/../b" -> "/b", as browsers read it.
std::string without_dot_segments(std::string_view path) {
  std::string result;
  for (std::string_view rest = path.substr(1);;) {
    const auto end = rest.find('/');
    const auto segment = rest.substr(0, end);
    const bool is_last = end == std::string_view::npos;
    if (segment == "..") result.erase(std::min(result.rfind('/'), result.size()));
    if (segment != "." && segment != "..")
      result.append("/").append(segment);
    else if (is_last)
      result += '/';
    if (is_last) return result;
    rest.remove_prefix(end + 1);
  }
}

// A path below the root, with its query and fragment.
std::string rooted(std::string_view text) {
  std::string path = without_detours(text);
  if (path.empty() || has_scheme(path)) return std::string(text);
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  const auto end = std::min(path.find_first_of("?#"), path.size());
  return without_dot_segments(std::string_view(path).substr(0, end)) + path.substr(end);
}

std::string path_and_query_as_meant(std::string_view text) {
  const std::string path = rooted(text);
  return path.substr(0, path.find('#'));
}

// "start.html" is right, too: it is relative to /.
std::string welcome_file_as_meant(std::string_view text) {
  if (http::is_absolute_http(http::without_blanks(text))) return page_as_meant(text);
  std::string path = without_detours(text);
  if (path.empty() || has_scheme(path)) return std::string(text);
  const std::string plain = "/" + path.substr(0, path.find_first_of("?#")) + "/";
  return plain.find("/../") != std::string::npos ? rooted(path) : path;
}

// "./$1" -> "$1", "/a/../$1" -> "/$1": as it stands no path can be made of it. What ends before a group stays.
std::string target_without_dots(const std::string& target) {
  const auto end = std::min(target.find('?'), target.size());
  const std::string padded = "/" + target.substr(0, end) + "/";
  if (padded.find("/./") == std::string::npos && padded.find("/../") == std::string::npos) return target;
  const bool is_rooted = target.starts_with('/');
  std::string path = without_dot_segments(is_rooted ? target.substr(0, end) : padded.substr(0, padded.size() - 1));
  if (std::count(path.begin(), path.end(), '$') != std::count(padded.begin(), padded.end(), '$')) return target;
  if (!is_rooted && path.size() > 1) path.erase(0, 1);
  return path + target.substr(end);
}

std::string target_as_meant(std::string_view text) {
  std::string target;
  const auto written = http::without_blanks(text);
  for (const char c : written.substr(0, written.find('#'))) {
    // "<" and ">" are those of $<name>
    target += c == '<' || c == '>' ? std::string(1, c) : http::escape_unusable(std::string_view(&c, 1));
  }
  return target.empty() ? std::string(text) : target_without_dots(target);
}

std::string scope_as_meant(std::string_view text) {
  constexpr std::string_view kPrefix = "$XSAPPNAME.";
  const auto scope = http::without_blanks(text);
  if (scope.empty()) return std::string(text);
  if (!base::equals_ignoring_case(scope.substr(0, kPrefix.size()), kPrefix)) return std::string(scope);
  return std::string(kPrefix).append(scope.substr(kPrefix.size()));
}

constexpr std::array kDescriptorRules = {
    SpellingRule{"/welcomeFile", welcome_file_as_meant},
    SpellingRule{"/pluginMetadataEndpoint", endpoint_as_meant},
    SpellingRule{"/whitelistService/endpoint", endpoint_as_meant},
    SpellingRule{"/login/callbackEndpoint", endpoint_as_meant},
    SpellingRule{"/destinations/*/logoutPath", path_and_query_as_meant},
    SpellingRule{"/services/*/logoutPath", path_and_query_as_meant},
};

constexpr std::array kRouteRules = {
    SpellingRule{"/*/target", target_as_meant},
    SpellingRule{"/*/scope", scope_as_meant},
    SpellingRule{"/*/scope/*", scope_as_meant},
    SpellingRule{"/*/scope/*/*", scope_as_meant},
};

void apply_rule(json& value, std::string_view place, const std::string& pointer, const SpellingRule& rule,
                const Report& report) {
  if (place.empty()) {
    if (!value.is_string()) return;
    const std::string& written = value.get_ref<const std::string&>();
    std::string meant = rule.as_meant(written);
    if (meant == written) return;
    report.warning(pointer, {show(std::string_view(written)), show(std::string_view(meant)), "it is taken so"});
    value = std::move(meant);
    return;
  }
  const auto parts = base::cut(place.substr(1), '/');
  const std::string_view rest = parts.after ? place.substr(parts.before.size() + 1) : std::string_view();
  const bool any = parts.before == "*";
  if (value.is_array() && any) {
    for (std::size_t i = 0; i < value.size(); ++i) apply_rule(value[i], rest, pointer_to(pointer, i), rule, report);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      if (any || name == parts.before) apply_rule(member, rest, pointer_to(pointer, name), rule, report);
    }
  }
}

template <class Rules>
void apply_rules(json& value, const Rules& rules, const Report& report) {
  for (const SpellingRule& rule : rules) apply_rule(value, rule.place, "", rule, report);
}

// "https://app.example.com:8443" -> {"host": ..., "port": 8443, "protocol": "https"}; absent: no origin.
std::optional<json> origin_of(std::string_view text) {
  json origin = json::object();
  std::string_view rest = http::without_blanks(text);
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    const std::string protocol = base::to_lower(rest.substr(0, scheme));
    if (protocol != "http" && protocol != "https" && protocol != "*") return std::nullopt;
    origin["protocol"] = protocol;
    rest.remove_prefix(scheme + 3);
  }
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const auto colon = rest.find(':', rest.starts_with('[') ? rest.find(']') : 0);
  if (colon != std::string_view::npos) {
    const auto port = base::parse_unsigned(rest.substr(colon + 1));
    if (!port && rest.substr(colon + 1) != "*") return std::nullopt;
    if (port) origin["port"] = *port;
    rest = rest.substr(0, colon);
  }
  if (rest.empty()) return std::nullopt;
  origin["host"] = rest;
  return origin;
}

// One rule of who may ask; absent: it is right, or cannot be.
std::optional<json> origin_as_meant(const json& rule) {
  if (rule.is_string()) return origin_of(rule.get_ref<const std::string&>());
  const auto host = text_member(rule, "host");
  if (!host) return std::nullopt;
  json meant = rule;
  if (const auto split = origin_of(*host)) meant.update(*split);
  if (auto protocol = text_member(meant, "protocol")) {
    *protocol = base::to_lower(http::without_blanks(*protocol));
    meant["protocol"] = protocol->empty() ? "*" : protocol->substr(0, protocol->find(':'));
  }
  return meant == rule ? std::nullopt : std::optional(std::move(meant));
}

void mend_origins(json& list, const Report& report) {
  if (list.is_string() || list.is_object()) {
    const json one = origin_as_meant(list).value_or(list);
    if (!one.is_object()) return;
    const json meant = json::array({one});
    report.warning("",
                   {show_value(list), meant.dump(-1, ' ', false, json::error_handler_t::replace), "it is taken so"});
    list = meant;
    return;
  }
  for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
    auto meant = origin_as_meant(list[i]);
    if (!meant) continue;
    report.warning(
        pointer_to("", i),
        {list[i].is_string() ? show_value(list[i]) : list[i].dump(-1, ' ', false, json::error_handler_t::replace),
         meant->dump(-1, ' ', false, json::error_handler_t::replace), "it is taken so"});
    list[i] = *std::move(meant);
  }
}

// No origin is any, as in the Node router.
void mend_no_origin(json& list, const Report& report) {
  if (!list.is_array() || !list.empty()) return;
  list.push_back({{"host", "*"}});
  report.warning("", {"an empty array", list.dump(), "it is taken so: any origin may ask; better name those that may"});
}

void mend_cors(json& list, const Report& report) {
  for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
    if (!list[i].is_object() || !list[i].contains("allowedOrigin")) continue;
    const Report place = report.below(pointer_to("", i) + "/allowedOrigin");
    mend_origins(list[i]["allowedOrigin"], place);
    mend_no_origin(list[i]["allowedOrigin"], place);
  }
}

// Zero is no time-out of one's own, and none is longer than a month.
void mend_session_timeout(json& descriptor, const Report& report) {
  const auto written = integer_member(descriptor, "sessionTimeout");
  if (!written || (*written != 0 && *written <= kLongestSessionTimeout)) return;
  const long long meant = *written == 0 ? kDefaultSessionTimeout : kLongestSessionTimeout;
  report.warning("/sessionTimeout", {std::to_string(*written), std::to_string(meant), "it is taken so"});
  descriptor["sessionTimeout"] = meant;
}

}  // namespace

std::string endpoint_as_meant(std::string_view text) {
  const std::string path = rooted(text);
  if (!path.starts_with('/')) return path;
  const auto normal = http::normalise_path(std::string_view(path).substr(0, path.find_first_of("?#")));
  return normal ? *normal : std::string(text);
}

std::string page_as_meant(std::string_view text) {
  const auto page = http::without_blanks(text);
  if (http::is_absolute_http(page)) {
    const std::string url = http::escape_unusable(page);
    return http::parse_url(url) ? url : std::string(text);
  }
  const std::string path = rooted(page);
  const auto end = std::min(path.find_first_of("?#"), path.size());
  const auto normal = http::normalise_path(std::string_view(path).substr(0, end));
  return normal ? *normal + path.substr(end) : std::string(text);
}

std::string segment_as_meant(std::string_view text) {
  std::string_view segment = http::without_blanks(text);
  while (segment.starts_with('/')) segment.remove_prefix(1);
  while (segment.ends_with('/')) segment.remove_suffix(1);
  return segment.empty() ? std::string(text) : std::string(segment);
}

std::string prefix_as_meant(std::string_view text) {
  std::string path = endpoint_as_meant(text);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

json descriptor_as_meant(const json& descriptor, const Report& report) {
  json meant = descriptor;
  apply_rules(meant, kDescriptorRules, report);
  for (const Dialect* dialect : kDialects) apply_rules(meant, dialect->spelling, report);
  if (!meant.is_object()) return meant;
  mend_session_timeout(meant, report);
  if (const auto routes = meant.find("routes"); routes != meant.end())
    apply_rules(*routes, kRouteRules, report.below("/routes"));
  if (const auto cors = meant.find("cors"); cors != meant.end()) mend_cors(*cors, report.below("/cors"));
  return meant;
}

json routes_as_meant(const json& list, const Report& report) {
  json meant = list;
  apply_rules(meant, kRouteRules, report);
  return meant;
}

json cors_as_meant(const json& list, const Report& report) {
  json meant = list;
  mend_cors(meant, report);
  return meant;
}

json origins_as_meant(const json& list, const Report& report) {
  json meant = list;
  mend_origins(meant, report);
  return meant;
}

}  // namespace router::config

#include "config/read_agent_properties.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"
#include "config/dialects/pages.h"
#include "config/files.h"
#include "config/spelling.h"

namespace router::config {
namespace {

constexpr std::size_t kMaxFileBytes = 1024 * 1024;
constexpr std::string_view kAgentPrefix = "org.forgerock.agents.";
// Names of older agents: not read, but not passed over either where they are about logout.
constexpr std::array<std::string_view, 2> kOldPrefixes = {"com.sun.identity.agents.", "org.forgerock.openam.agents."};

const std::vector<std::string> kKnown = {
    "logout.endpoint.map",          "logout.request.param.map",    "logout.goto.map",
    "logout.introspection.enabled", "conditional.logout.url.list", "config.logout.session.invalidate.enabled"};

// "logout.goto.map[bank]" -> name and index; no index is the empty one, which stands for all applications.
struct Key {
  std::string name;
  std::string index;
};
Key parse_key(std::string_view key) {
  const auto bracket = key.find('[');
  if (bracket == std::string_view::npos || !key.ends_with(']')) return {std::string(key), {}};
  return {std::string(key.substr(0, bracket)), std::string(key.substr(bracket + 1, key.size() - bracket - 2))};
}

bool is_about_logout(const std::string& key) {
  const bool of_an_agent =
      key.starts_with(kAgentPrefix) || std::any_of(kOldPrefixes.begin(), kOldPrefixes.end(),
                                                   [&](std::string_view prefix) { return key.starts_with(prefix); });
  return of_an_agent && base::to_lower(key).find("logout") != std::string::npos;
}

class Reader {
 public:
  Reader(std::string file, Issues& issues) : file_(std::move(file)), issues_(issues) {}

  void read(const PropertyLine& property) {
    if (!is_about_logout(property.key)) {
      ++ignored_;
      return;
    }
    const bool is_current = property.key.starts_with(kAgentPrefix);
    const Key key = parse_key(std::string_view(property.key).substr(is_current ? kAgentPrefix.size() : 0));
    const std::string value(base::trim(property.value));
    if (key.name == "logout.endpoint.map") {
      const auto endpoint = as_meant(property, value, endpoint_as_meant);
      if (endpoint.starts_with('/')) {
        applications_[key.index].endpoint = endpoint;
      } else {
        fault(property, show(std::string_view(value)), "a path that begins with /");
      }
    } else if (key.name == "logout.request.param.map") {
      applications_[key.index].parameter = value;
    } else if (key.name == "logout.goto.map") {
      applications_[key.index].page = as_meant(property, value, page_as_meant);
    } else if (key.name == "logout.introspection.enabled") {
      read_flag(property, value, inspect_body_);
    } else if (key.name == "config.logout.session.invalidate.enabled") {
      read_flag(property, value, always_invalidate_);
    } else if (key.name == "conditional.logout.url.list") {
      read_condition(property, key.index, value);
    } else {
      fault(property, "the unknown logout property " + show(std::string_view(property.key)),
            "one of " + quoted_list(kKnown), nearest_hint(key.name, kKnown));
    }
  }

  void finish(Logout& logout) {
    for (auto& [name, application] : applications_) {
      application.name = name;
      if (!name.empty()) application.destinations = {name};
      logout.applications.push_back(application);
    }
    for (auto& [index, condition] : conditions_) logout.conditional_urls.push_back(condition);
    // What the file does not say, the descriptor may.
    logout.inspect_body = inspect_body_.value_or(logout.inspect_body);
    logout.always_invalidate = always_invalidate_.value_or(logout.always_invalidate);
    if (ignored_ == 0) return;
    const bool has_some = !applications_.empty() || !conditions_.empty() || inspect_body_ || always_invalidate_;
    issues_.add({has_some ? Severity::info : Severity::warning,
                 file_,
                 "",
                 {},
                 "settings that are not about logout (" + std::to_string(ignored_) + ")",
                 has_some ? "" : "some that are, such as org.forgerock.agents.logout.endpoint.map",
                 "they are ignored"});
  }

 private:
  std::string as_meant(const PropertyLine& property, const std::string& value, std::string (*mend)(std::string_view)) {
    std::string meant = mend(value);
    if (meant != value) {
      issues_.add({Severity::warning,
                   file_,
                   property.key,
                   {property.line, 1},
                   show(std::string_view(value)),
                   show(std::string_view(meant)),
                   "it is taken so"});
    }
    return meant;
  }
  void fault(const PropertyLine& property, std::string found, std::string expected, std::string hint = {}) {
    issues_.add({Severity::error,
                 file_,
                 property.key,
                 {property.line, 1},
                 std::move(found),
                 std::move(expected),
                 std::move(hint)});
  }
  void read_flag(const PropertyLine& property, const std::string& value, std::optional<bool>& target) {
    if (base::equals_ignoring_case(value, "true") || base::equals_ignoring_case(value, "false")) {
      target = base::equals_ignoring_case(value, "true");
    } else {
      fault(property, show(std::string_view(value)), "true or false");
    }
  }
  void read_condition(const PropertyLine& property, const std::string& index, const std::string& value) {
    const auto number = base::parse_unsigned(index);
    const auto parts = base::cut(value, '|');
    if (!number || !parts.after) {
      fault(property, number ? show(std::string_view(value)) : "the index " + show(std::string_view(index)),
            number ? "condition|URL" : "a number in brackets");
      return;
    }
    conditions_[*number] = {std::string(base::trim(parts.before)), std::string(base::trim(*parts.after))};
  }

  std::string file_;
  Issues& issues_;
  std::map<std::string, ApplicationLogout> applications_;
  std::map<std::uint64_t, ConditionalUrl> conditions_;
  std::optional<bool> inspect_body_;
  std::optional<bool> always_invalidate_;
  std::size_t ignored_ = 0;
};

std::optional<std::string> read_text(const std::string& path, std::string& reason) {
  auto text = read_whole_file(path, kMaxFileBytes, reason);
  if (text && base::is_valid_utf8(*text)) return text;
  if (text) reason = "it is not UTF-8";
  return std::nullopt;
}

void read_settings(const std::string& file, const std::string& text, Issues& issues, Logout& logout) {
  Reader reader(file, issues);
  for (const PropertyLine& property : parse_properties(text)) reader.read(property);
  reader.finish(logout);
}

}  // namespace

void read_agent_properties(const std::string& directory, const std::string& file, const Report& report,
                           Logout& logout) {
  if (!logout.applications.empty() || !logout.conditional_urls.empty()) {
    report.error("/agentProperties",
                 {"agentProperties beside applications or conditionalUrls", "one way of the two", {}, true});
    return;
  }
  const auto path = find_file(directory, file, report, "/agentProperties");
  if (!path) return;
  std::string reason;
  const auto text = read_text(*path, reason);
  if (!text) {
    report.error("/agentProperties", {show(std::string_view(file)) + " (" + reason + ")", "a properties file"});
    return;
  }
  read_settings(file, *text, report.issues(), logout);
}

Logout import_agent_properties(const std::string& file, Issues& issues) {
  Logout logout;
  std::string reason;
  if (const auto text = read_text(file, reason)) {
    read_settings(file, *text, issues, logout);
  } else {
    issues.add({Severity::error, file, "", {}, "no usable file (" + reason + ")", "a properties file", ""});
  }
  // as the descriptor is judged that these become
  for (const auto& application : logout.applications) {
    check_landing_page(Report(issues, file), std::string(kAgentPrefix) + "logout.goto.map[" + application.name + "]",
                       application.page);
  }
  return logout;
}

}  // namespace router::config

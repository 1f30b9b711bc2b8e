#include "applications/name.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace router::applications {
namespace {

constexpr std::size_t kLongestSegment = 255;
// What browsers and the router itself ask for at the root.
constexpr std::array<std::string_view, 2> kNeverApplications = {"favicon.ico", "login"};

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// <n>.<n>.<n>
bool is_version(std::string_view text) {
  const auto parts = base::split(text, '.');
  return parts.size() == 3 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
         });
}

// "app" or "app-1.0.0"
bool is_application(std::string_view text) {
  const auto [word, version] = base::cut(text, '-');
  return is_word(word) && (!version || is_version(*version));
}

// 8-4-4-4-12 hexadecimal digits
bool is_guid(std::string_view text) {
  constexpr std::array<std::size_t, 5> kLengths = {8, 4, 4, 4, 12};
  const auto parts = base::split(text, '-');
  if (parts.size() != kLengths.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto is_hex = [](char c) { return base::hex_value(c) >= 0; };
    if (parts[i].size() != kLengths[i] || !std::all_of(parts[i].begin(), parts[i].end(), is_hex)) return false;
  }
  return true;
}

std::string_view first_segment(std::string_view path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  return path.substr(0, path.find('/'));
}

// Patterns that give up are no reason to ask the repository.
bool is_direct(std::string_view segment, const config::Repository& repository) {
  if (std::find(kNeverApplications.begin(), kNeverApplications.end(), segment) != kNeverApplications.end()) return true;
  return std::any_of(repository.direct.begin(), repository.direct.end(), [&](const base::Pattern& pattern) {
    const auto found = pattern.match(segment);
    return !found || *found;
  });
}

bool is_own(std::string_view prefix, const config::Repository& repository) {
  const auto& own = repository.own_prefixes;
  return std::find(own.begin(), own.end(), prefix) != own.end();
}

}  // namespace

std::optional<Name> name_of(std::string_view path, const config::Repository& repository) {
  const auto segment = first_segment(path);
  if (segment.empty() || segment.size() > kLongestSegment || is_direct(segment, repository)) return std::nullopt;
  if (is_application(segment)) return Name{std::string(segment), std::string(segment), {}};
  auto [prefix, application] = base::cut(segment, '.');
  if (is_guid(prefix) && application) {
    const auto behind = base::cut(*application, '.');
    if (!is_own(behind.before, repository)) return std::nullopt;
    prefix = behind.before;
    application = behind.after;
  }
  if (!application || !is_application(*application)) return std::nullopt;
  const auto known = repository.prefixes.find(prefix);
  if (known == repository.prefixes.end()) return std::nullopt;
  return Name{std::string(segment), std::string(*application), known->second};
}

std::string tenant_of(const http::External& external, const config::Configuration& config) {
  if (config.environment.tenant_host_pattern.empty()) return config.repository->zone;
  return external.host_names_tenant ? external.tenant : std::string();
}

Inside path_inside(std::string_view path, const Name& name) {
  path.remove_prefix(std::min(path.size(), name.segment.size() + 1));
  if (path.empty()) return {"/"};
  const auto second = first_segment(path);
  const bool is_buster = second.size() > 2 && second.front() == '~' && second.back() == '~';
  if (is_buster) path.remove_prefix(second.size() + 1);
  return {path.empty() ? "/" : std::string(path), is_buster};
}

}  // namespace router::applications

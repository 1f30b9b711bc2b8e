#include "routing/rewrite.h"

#include <algorithm>
#include <vector>

#include "routing/literal_prefix.h"
#include "routing/replacement.h"
#include "routing/route_table.h"

namespace router::routing {
namespace {

std::string_view without_trailing_slashes(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Back-ends take "//x" for another path than "/x", or for another host.
void begin_with_one_slash(std::string& path) {
  const auto slashes = std::min(path.find_first_not_of('/'), path.size());
  if (slashes == 0) {
    path.insert(0, 1, '/');
  } else {
    path.erase(0, slashes - 1);
  }
}

// `target` stands for what the source matched; what is before and behind that stays.
std::string replaced(const config::Route& route, const base::Pattern::Match& match, std::string_view subject) {
  std::string out(subject.substr(0, match.begin));
  out.append(expand_template(*route.target, *route.pattern, match, subject));
  return out.append(subject.substr(match.end));
}

// `path` without `base_path`, with its leading slash; absent if it does not lie below.
std::optional<std::string_view> path_below(std::string_view base_path, std::string_view path) {
  const auto base = without_trailing_slashes(base_path);
  if (!path.starts_with(base)) return std::nullopt;
  path.remove_prefix(base.size());
  return path.starts_with('/') ? std::optional(path) : std::nullopt;
}

// The text before $1 in the target, or the whole target where it refers to nothing; absent in all other
// cases.
std::optional<std::string_view> literal_target(std::string_view target) {
  if (target.ends_with("$1")) target.remove_suffix(2);
  if (target.find('$') != std::string_view::npos) return std::nullopt;
  return target;
}

bool maps_to(const config::Route& route, const std::string& client_path, std::string_view path) {
  http::Target target;
  target.path = client_path;
  const auto match = route.pattern->match(target.path);
  if (!match || !*match) return false;
  const auto rewritten = rewrite(route, **match, target);
  return rewritten && *rewritten == path;
}

}  // namespace

base::Result<std::string> rewrite(const config::Route& route, const base::Pattern::Match& match,
                                  const http::Target& target) {
  if (!route.target) return target.path_and_query();
  std::string storage;
  const auto subject = match_subject(route, target, storage);
  std::string out = replaced(route, match, subject);
  begin_with_one_slash(out);

  const auto mark = out.find('?');
  if (auto checked = http::check_rewritten_path(std::string_view(out).substr(0, mark)); !checked) {
    return checked.error();
  }
  if (target.has_query && !route.matches_query) {
    if (mark == std::string::npos) {
      out.append("?").append(target.query);
    } else if (!target.query.empty()) {
      out.append("&").append(target.query);
    }
  }
  return out;
}

base::Result<bool> keeps_slash_behind(const config::Route& route, const base::Pattern::Match& match,
                                      const http::Target& target) {
  auto longer = target;
  longer.path.push_back('/');
  std::string storage;
  std::string longer_storage;
  const auto subject = match_subject(route, target, storage);
  const auto longer_subject = match_subject(route, longer, longer_storage);
  const auto longer_match = route.pattern->match(longer_subject);
  if (!longer_match) return longer_match.error();
  if (!*longer_match) return false;
  return !route.target || replaced(route, **longer_match, longer_subject) == replaced(route, match, subject) + "/";
}

base::Result<std::optional<std::string>> destination_name(const config::Route& route, const base::Pattern::Match& match,
                                                          const http::Target& target, std::string_view host,
                                                          const base::Pattern* host_pattern) {
  const auto* to = route.destination();
  if (to == nullptr) return std::optional<std::string>();
  std::string name;
  if (to->name != "*") {
    std::string storage;
    const auto subject = match_subject(route, target, storage);
    name = expand_template(to->name, *route.pattern, match, subject);
  } else if (host_pattern != nullptr) {
    const auto found = host_pattern->match(host);
    if (!found) return found.error();
    if (*found) name = (*found)->groups[1].value_or("");
  }
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

std::string join_paths(std::string_view base_path, std::string_view rewritten) {
  std::string out(without_trailing_slashes(base_path));
  if (!rewritten.starts_with('/')) out.push_back('/');
  return out.append(rewritten);
}

std::string join_paths(const http::Url& base, std::string_view rewritten) {
  std::string out = join_paths(base.path, rewritten);
  if (!base.query) return out;
  const auto mark = out.find('?');
  if (mark == std::string::npos) return out.append("?").append(*base.query);
  return out.insert(mark + 1, *base.query + (mark + 1 < out.size() ? "&" : ""));
}

std::optional<std::string> invert(const config::Route& route, std::string_view base_path, std::string_view path) {
  const auto inner = path_below(base_path, path);
  if (!inner || !route.pattern || route.matches_query) return std::nullopt;
  std::vector<std::string> candidates;
  if (!route.target) {
    candidates.emplace_back(*inner);
  } else if (const auto literal = literal_target(*route.target)) {
    // rewrite() adds a leading slash where the target has none, so both readings may lead there.
    const std::string front = literal->starts_with('/') ? std::string(*literal) : "/" + std::string(*literal);
    const auto prefix = literal_prefix(route.source);
    if (inner->starts_with(*literal)) candidates.push_back(prefix + std::string(inner->substr(literal->size())));
    if (inner->starts_with(front)) candidates.push_back(prefix + std::string(inner->substr(front.size())));
    if (prefix.ends_with('/')) std::reverse(candidates.begin(), candidates.end());
  }
  // Whatever the source looks like: only a path that really leads there is an answer.
  for (auto& candidate : candidates) {
    if (http::normalise_path(candidate).has_value() && maps_to(route, candidate, *inner)) return std::move(candidate);
  }
  return std::nullopt;
}

}  // namespace router::routing

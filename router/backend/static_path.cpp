#include "backend/static_path.h"

#include "base/text.h"

namespace router::backend {
namespace {

constexpr std::string_view kUnsafe("/\\\0", 3);

bool may_be_served(std::string_view name) {
  if (name.find_first_of(kUnsafe) != std::string_view::npos) return false;
  return !name.starts_with('.') || name == ".well-known";
}

}  // namespace

std::optional<StaticPath> static_path(std::string_view url_path) {
  StaticPath path;
  path.names_folder = url_path.empty() || url_path.ends_with('/');
  path.file.reserve(url_path.size());
  for (const auto segment : base::split(url_path, '/')) {
    if (segment.empty()) continue;
    const auto name = base::percent_decode(segment);
    if (!name || !may_be_served(*name)) return std::nullopt;
    if (!path.file.empty()) path.file.push_back('/');
    path.file.append(*name);
  }
  return path;
}

}  // namespace router::backend

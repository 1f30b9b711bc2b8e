#include "config/applications.h"

#include <algorithm>

namespace router::config {

bool belongs_to(const ApplicationLogout& application, std::string_view destination) {
  const auto& members = application.destinations;
  return !application.name.empty() && std::find(members.begin(), members.end(), destination) != members.end();
}

bool has_left_every(const std::vector<std::string>& left) {
  return std::find(left.begin(), left.end(), kEveryApplication) != left.end();
}

const ApplicationLogout* left_application(const Logout& logout, const std::vector<std::string>& left,
                                          std::string_view destination) {
  if (left.empty()) return nullptr;
  static const ApplicationLogout every{.name = std::string(kEveryApplication)};
  if (has_left_every(left)) return &every;
  for (const auto& application : logout.applications) {
    if (!belongs_to(application, destination)) continue;
    if (std::find(left.begin(), left.end(), application.name) != left.end()) return &application;
  }
  return nullptr;
}

}  // namespace router::config

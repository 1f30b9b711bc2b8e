#include "app/check.h"

#include <string>

namespace router::app {
namespace {

std::string count_of(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

int check(const config::LoadInput& input, bool json, std::ostream& out) {
  const config::LoadResult result = config::load(input);
  const config::Issues& issues = result.issues;
  if (json) {
    out << config::to_json(issues) << "\n";
  } else {
    out << config::to_text(issues) << count_of(issues.count(config::Severity::error), "error") << ", "
        << count_of(issues.count(config::Severity::warning), "warning") << "\n";
  }
  return issues.has_errors() ? 1 : 0;
}

}  // namespace router::app

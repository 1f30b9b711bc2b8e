#include "app/check.h"

#include <string>

namespace router::app {
namespace {

std::string count_of(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

int check(const config::LoadInput& input, CheckOptions options, std::ostream& out) {
  using config::Severity;
  const config::Issues issues = config::load(input).issues.to_mend(options.strict);
  if (options.json) {
    out << config::to_json(issues) << "\n";
  } else if (!issues.empty()) {
    out << config::to_text(issues) << count_of(issues.count(Severity::error), "error") << ", "
        << count_of(issues.count(Severity::warning), "warning") << "\n";
  }
  return issues.has_errors() ? 1 : 0;
}

}  // namespace router::app

#include "app/check.h"

#include <string>

#include "applications/repository.h"
#include "config/files.h"
#include "config/read_application.h"

namespace router::app {
namespace {

std::string count_of(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

// What is wrong with it, beside what is wrong with the directory; that alone where nothing can be said of it.
config::Issues all_issues(const config::LoadInput& input, const std::string& application) {
  auto loaded = config::load(input);
  if (application.empty() || !loaded.configuration) return std::move(loaded.issues);
  std::string reason;
  auto text = config::read_whole_file(application, applications::Repository::kLongestDescriptor, reason);
  if (!text) {
    loaded.issues.add({config::Severity::error,
                       application,
                       "",
                       {},
                       "no usable file (" + reason + ")",
                       "the xs-app.json of an application",
                       ""});
    return std::move(loaded.issues);
  }
  const auto read = config::read_application(*std::move(text), *loaded.configuration, "app");
  for (auto issue : read.issues.sorted()) {
    issue.file = application;
    loaded.issues.add(std::move(issue));
  }
  return std::move(loaded.issues);
}

}  // namespace

int check(const config::LoadInput& input, CheckOptions options, std::ostream& out) {
  using config::Severity;
  const config::Issues issues = all_issues(input, options.application).to_mend(options.strict);
  if (options.json) {
    out << config::to_json(issues) << "\n";
  } else if (!issues.empty()) {
    out << config::to_text(issues) << count_of(issues.count(Severity::error), "error") << ", "
        << count_of(issues.count(Severity::warning), "warning") << "\n";
  }
  return issues.has_errors() ? 1 : 0;
}

}  // namespace router::app

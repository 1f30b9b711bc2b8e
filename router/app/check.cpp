#include "app/check.h"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "app/redis_links.h"
#include "app/state.h"
#include "applications/repository.h"
#include "backend/field_names.h"
#include "config/files.h"
#include "config/read_application.h"
#include "config/report.h"
#include "config/unix_path.h"

namespace router::app {
namespace {

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool may_be_written(const std::string& file) {
  if (::access(file.c_str(), F_OK) != 0) return ::access(folder_of(file).c_str(), W_OK) == 0;
  std::error_code fault;
  return !std::filesystem::is_directory(file, fault) && ::access(file.c_str(), W_OK) == 0;
}

// A start makes the folders that are missing on the way.
bool may_hold_files(const std::string& folder) {
  if (::access(folder.c_str(), F_OK) != 0 && folder_of(folder) != folder) return may_hold_files(folder_of(folder));
  std::error_code fault;
  return std::filesystem::is_directory(folder, fault) && ::access(folder.c_str(), W_OK | X_OK) == 0;
}

bool may_be_state(const std::string& file) {
  return may_hold_files(folder_of(file)) && (::access(file.c_str(), F_OK) != 0 || may_be_written(file));
}

std::string count_of(std::size_t number, const char* what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

using Refuse = std::function<void(const char* variable, std::string found, std::string expected)>;

void judge_state(const config::Environment& environment, const Refuse& refuse) {
  constexpr const char* kOwnDirectory = "a directory of the router's own";
  const auto& directory = environment.state_directory;
  bool is_refused = false;
  if (!directory.empty() && environment.session_secret.empty()) {
    const auto secret = check_state_secret(directory);
    const bool is_there = ::access((directory + "/" + config::kStateSecret).c_str(), F_OK) == 0;
    is_refused = !secret || (!is_there && !may_hold_files(directory));
    if (is_refused)
      refuse("STATE_DIR", secret ? directory + ", which cannot be written" : secret.error().detail, kOwnDirectory);
  }
  for (const auto& [name, location] :
       {std::pair{"SESSION_STORE", &environment.store}, std::pair{"LOGOUT_OUTBOX", &environment.outbox}}) {
    if (location == &environment.outbox && environment.outbox == environment.store) continue;
    if (location->kind == config::StoreKind::sqlite && !may_be_state(location->file)) {
      const bool is_own = !directory.empty() && location->file.starts_with(directory + "/");
      if (is_own && std::exchange(is_refused, true)) continue;
      refuse(is_own ? "STATE_DIR" : name, location->file + ", which cannot be written",
             is_own ? kOwnDirectory : "a file in a directory that may be written");
    }
    if (location->kind != config::StoreKind::redis) continue;
    const auto address = redis_address(*location, environment);
    if (!address) refuse(name, address.error().detail, "a URL of Redis");
  }
}

// What a start asks of the machine, asked without changing anything.
void judge_start(const config::Environment& environment, config::Issues& issues) {
  const auto refuse = [&](const char* name, std::string found, std::string expected) {
    issues.add({config::Severity::error,
                std::string("environment variable ") + name,
                "",
                {},
                std::move(found),
                std::move(expected),
                ""});
  };
  judge_state(environment, refuse);
  if (const auto& file = environment.log_file; !file.empty() && !may_be_written(file)) {
    refuse("LOG_FILE", file + ", which cannot be written", "a file in a directory that exists and may be written");
  }
  const auto socket = config::unix_path(environment.management_bind);
  if (socket && ::access(folder_of(*socket).c_str(), W_OK) != 0) {
    refuse("MANAGEMENT_BIND", *socket + ", where no socket can be made", "a path in a directory that may be written");
  }
}

// What a request, or a call of a logout, goes without, whatever is written.
void warn_of_dropped_headers(const std::map<std::string, config::Destination>& back_ends, const char* variable,
                             config::Issues& issues) {
  for (const auto& [key, back_end] : back_ends) {
    // a service stands there several times, and is said once
    for (const auto& header : back_end.headers) {
      if (backend::may_be_configured(header.name)) continue;
      issues.add({config::Severity::warning,
                  std::string("environment variable ") + variable,
                  "",
                  {},
                  "the header " + config::show(header.name) + " of " + config::show(back_end.name),
                  "another header",
                  "it is the router's, or the connection's, own: this one is left out"});
    }
  }
}

// What is wrong with it, beside what is wrong with the directory; that alone where nothing can be said of it.
config::Issues all_issues(const config::LoadInput& input, const std::string& application) {
  auto loaded = config::load(input);
  if (loaded.configuration) {
    judge_start(loaded.configuration->environment, loaded.issues);
    config::warn_of_private_files(loaded.private_files, *loaded.configuration,
                                  config::Report(loaded.issues, input.descriptor), input.progress);
    warn_of_dropped_headers(loaded.configuration->destinations, "destinations", loaded.issues);
    warn_of_dropped_headers(loaded.configuration->services, "VCAP_SERVICES", loaded.issues);
  }
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

int check(config::LoadInput input, CheckOptions options, std::ostream& out, ProgressLine* progress) {
  using config::Severity;
  if (progress != nullptr) {
    input.progress = [progress](std::string_view what, std::size_t done, std::size_t all) {
      progress->show(what, done, all);
    };
  }
  const config::Issues issues = all_issues(input, options.application).to_mend(options.strict);
  if (progress != nullptr) progress->clear();
  if (options.json) {
    out << config::to_json(issues) << "\n";
  } else if (!issues.empty()) {
    out << config::to_text(issues) << count_of(issues.count(Severity::error), "error") << ", "
        << count_of(issues.count(Severity::warning), "warning") << "\n";
  }
  return issues.has_errors() ? 1 : 0;
}

}  // namespace router::app

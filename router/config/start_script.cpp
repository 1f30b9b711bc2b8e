#include "config/start_script.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "config/files.h"
#include "config/json_access.h"
#include "config/report.h"

namespace router::config {
namespace {

constexpr const char* kPackage = "package.json";
constexpr std::size_t kLargestPackage = 1024 * 1024;
constexpr std::size_t kMostSteps = 8;  // npm run x, which is npm run y ...

using Words = std::vector<std::string>;

// The commands of a shell line, each as its words; quotes fall away.
std::vector<Words> commands_of(std::string_view line) {
  std::vector<Words> commands(1);
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) commands.back().push_back(std::move(word));
    word.clear();
  };
  for (const char c : line) {
    if (c == ' ' || c == '\t') {
      end_word();
    } else if (c == ';' || c == '&' || c == '|') {
      end_word();
      if (!commands.back().empty()) commands.emplace_back();
    } else if (c != '"' && c != '\'') {
      word.push_back(c);
    }
  }
  end_word();
  return commands;
}

std::string_view name_of_program(std::string_view word) { return word.substr(word.rfind('/') + 1); }

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool sets_variable(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.find('/') > equals && !word.starts_with('-');
}

// Where the program's own words begin, after `cross-env A=b npx` and the like.
std::size_t program_at(const Words& command) {
  std::size_t at = 0;
  while (at < command.size() &&
         (sets_variable(command[at]) ||
          is_one_of(name_of_program(command[at]), {"env", "cross-env", "exec", "npx", "dotenv", "--", "-y"})))
    ++at;
  return at;
}

bool is_node(std::string_view program) {
  return is_one_of(program, {"node", "nodejs", "nodemon", "ts-node", "tsx", "bun"});
}

// "npm run x", "yarn x": x; else nothing.
std::string called_script(const Words& command) {
  const auto at = program_at(command);
  if (at >= command.size() || !is_one_of(name_of_program(command[at]), {"npm", "yarn", "pnpm"})) return {};
  const auto is_option = [](const std::string& word) {
    return word.starts_with('-') || word == "run" || word == "run-script";
  };
  const auto name = std::find_if_not(command.begin() + static_cast<std::ptrdiff_t>(at) + 1, command.end(), is_option);
  return name == command.end() ? std::string() : *name;
}

// The script that a chain of `npm run` ends in.
std::string found_script(const json& scripts, const std::string& name, std::size_t steps) {
  const auto line = text_member(scripts, name);
  if (!line || steps == 0) return {};
  if (auto script = own_script(*line); !script.empty()) return script;
  for (const Words& command : commands_of(*line)) {
    const auto next = called_script(command);
    if (next.empty()) continue;
    if (auto script = found_script(scripts, next, steps - 1); !script.empty()) return script;
  }
  return {};
}

}  // namespace

std::string own_script(std::string_view line) {
  // followed by a word of their own
  constexpr std::array<std::string_view, 9> kWithValue = {"-r",       "--require", "--import",  "--env-file", "-e",
                                                          "--loader", "-P",        "--project", "-w"};
  for (const Words& command : commands_of(line)) {
    auto at = program_at(command);
    if (at >= command.size() || !is_node(name_of_program(command[at]))) continue;
    for (++at; at < command.size() && command[at].starts_with('-'); ++at) {
      if (std::find(kWithValue.begin(), kWithValue.end(), command[at]) != kWithValue.end()) ++at;
    }
    if (at < command.size() && command[at] == "node") ++at;  // nodemon --exec node x.js
    if (at < command.size() && command[at].find("@sap/approuter/") == std::string::npos) return command[at];
  }
  return {};
}

void warn_start_script(const std::string& directory, Issues& issues) {
  std::string reason;
  auto text = read_whole_file(directory + "/" + kPackage, kLargestPackage, reason);
  if (!text) return;
  Issues of_others;
  const auto package = read_json(kPackage, std::move(*text), of_others);
  if (!package) return;
  const Report report(issues, package);
  constexpr const char* kExpected = "node node_modules/@sap/approuter/approuter.js";
  constexpr const char* kHint = "extensions and middleware in JavaScript do not run here";
  const json* scripts = object_member(package->root(), "scripts");
  const json* start = scripts == nullptr ? nullptr : member(*scripts, "start");
  if (start != nullptr) {
    const auto script = found_script(*scripts, "start", kMostSteps);
    if (script.empty()) return;
    report.warning("/scripts/start", {"a start script that runs " + show(std::string_view(script)), kExpected, kHint});
  } else if (file_exists(directory + "/server.js")) {
    report.warning("", {"no start script, so that \"server.js\" is started", kExpected, kHint});
  }
}

}  // namespace router::config

#include "support/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace router::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& string : strings) result.push_back(string.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

pid_t spawn_logged(std::vector<std::string> words, const std::string& log,
                   std::optional<std::vector<std::string>> variables) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  const auto arguments = pointers(words);
  const auto environment = variables ? pointers(*variables) : std::vector<char*>();
  pid_t started = -1;
  const int fault = ::posix_spawnp(&started, words.front().c_str(), &actions, nullptr, arguments.data(),
                                   variables ? environment.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  return fault == 0 ? started : -1;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace router::test

#include "support/secrets_seen.h"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <unordered_set>

namespace router::test {
namespace {

constexpr std::size_t kShortest = 16;

// Names of form fields, query parameters and JSON members.
constexpr std::string_view kSecretNames[] = {
    "code",          "access_token", "id_token", "refresh_token",    "token",         "id_token_hint", "logout_token",
    "client_secret", "clientsecret", "password", "client_assertion", "code_verifier", "assertion"};

std::mutex g_mutex;
std::unordered_set<std::string> g_seen;

bool is_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' || c == '~';
}

template <class Visit>
void for_each_word(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_of_word);
    const auto end = std::find_if_not(begin, text.end(), is_of_word);
    const std::string_view word(begin, end);
    if (word.size() >= kShortest) visit(word);
    at = static_cast<std::size_t>(end - text.begin());
  }
}

void note(std::string_view secret) {
  const std::lock_guard lock(g_mutex);
  for_each_word(secret, [](std::string_view word) { g_seen.emplace(word); });
}

// Values behind such a name: name=value (to & or the end), "name":"value".
void note_named(std::string_view text) {
  for (const auto name : kSecretNames) {
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
      auto rest = text.substr(at + name.size());
      const bool is_whole = at == 0 || !(is_of_word(text[at - 1]));
      if (!is_whole) continue;
      if (rest.starts_with('=')) {
        note(rest.substr(1, rest.find_first_of("& \r\n") - 1));
      } else if (rest.starts_with("\":\"")) {
        rest.remove_prefix(3);
        note(rest.substr(0, rest.find('"')));
      }
    }
  }
}

// What stands behind the first '=', up to the next ';'; of a Cookie line each.
void note_cookies(std::string_view line, bool all) {
  while (!line.empty()) {
    const auto end = std::min(line.find(';'), line.size());
    const auto pair = line.substr(0, end);
    if (const auto sign = pair.find('='); sign != std::string_view::npos) note(pair.substr(sign + 1));
    line.remove_prefix(std::min(end + 1, line.size()));
    if (!all) return;
  }
}

bool is_secret_variable(std::string_view name) {
  for (const std::string_view part : {"SECRET", "TOKEN", "PASSWORD", "KEY"}) {
    if (name.find(part) != std::string_view::npos && !name.starts_with("TLS_") && !name.ends_with("_FILE")) return true;
  }
  return false;
}

bool looks_like_jwt(std::string_view word) {
  return word.starts_with("eyJ") && std::count(word.begin(), word.end(), '.') >= 2;
}

}  // namespace

void note_secrets(const TextMessage& message) {
  note_named(message.head.start_line);
  for (const auto& [name, value] : message.head.fields) {
    if (same_name(name, "Set-Cookie")) note_cookies(value, false);
    if (same_name(name, "Cookie")) note_cookies(value, true);
    if (same_name(name, "Location")) note_named(value);
    if (same_name(name, "x-csrf-token")) note(value);
    if (same_name(name, "Authorization")) note(std::string_view(value).substr(std::min(value.find(' '), value.size())));
  }
  note_named(message.body);
}

void note_secrets(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) {
    if (is_secret_variable(name)) note(value);
    note_named(value);
  }
}

std::optional<std::string> secret_in(std::string_view log) {
  std::optional<std::string> found;
  const std::lock_guard lock(g_mutex);
  for_each_word(log, [&found](std::string_view word) {
    if (!found && (looks_like_jwt(word) || g_seen.count(std::string(word)) != 0)) found = word;
  });
  return found;
}

}  // namespace router::test

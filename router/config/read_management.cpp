#include "config/files.h"
#include "config/ip_ranges.h"
#include "config/key_pair.h"
#include "config/management_token.h"
#include "config/read_environment.h"

namespace router::config {
namespace {

constexpr std::size_t kMostTokenBytes = 4096;

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

// NAME, or what is in the file that NAME_FILE names: platforms give secrets as files.
void read_token(const Variables& variables, const std::string& directory, const std::string& name, Secret& token) {
  variables.read_secret(name, token);
  const std::string file_variable = name + "_FILE";
  std::string file;
  variables.read_text(file_variable, file);
  if (!file.empty()) {
    if (variables.has(name)) variables.error(file_variable, file_variable + " beside " + name, "one of them");
    std::string reason;
    auto text = read_whole_file(path_in(directory, file), kMostTokenBytes, reason);
    if (!text)
      return variables.error(file_variable, show(std::string_view(file), "path") + " (" + reason + ")",
                             "a file with the token");
    while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
    token = Secret(std::move(*text));
    if (token.empty()) variables.error(file_variable, "an empty file", "a file with the token");
  }
  if (!token.empty() && token.size() < kShortestManagementToken) {
    variables.warning(file.empty() ? name : file_variable, "a token of " + std::to_string(token.size()) + " characters",
                      "at least " + std::to_string(kShortestManagementToken) + " random characters",
                      "openssl rand -base64 32 makes one");
  }
}

void read_tls_file(const Variables& variables, const std::string& directory, const char* name, const char* other,
                   std::string& target) {
  variables.read_text(name, target);
  if (target.empty()) return;
  if (!variables.has(other)) variables.error(name, std::string(name) + " without " + other, "both or none");
  target = path_in(directory, target);
}

void read_bind(const Variables& variables, const std::string& directory, Environment& environment) {
  std::string& bind = environment.management_bind;
  variables.read_text("MANAGEMENT_BIND", bind);
  if (const auto path = unix_path(bind)) {
    if (path->empty())
      variables.error("MANAGEMENT_BIND", show(std::string_view(bind)), "an IP address, or unix: and a path");
    bind = std::string(kUnixPrefix) + path_in(directory, *path);
  } else if (!IpRanges::is_valid(bind) || bind == "private" || bind.find('/') != std::string::npos) {
    variables.error("MANAGEMENT_BIND", show(std::string_view(bind)), "an IP address, or unix: and a path");
  }
}

void advise(const Variables& variables, const Environment& environment) {
  if (!environment.management_port || unix_path(environment.management_bind)) return;
  const bool has_token = !environment.management_token.empty() || !environment.management_read_token.empty();
  if (!has_token) {
    variables.warning("MANAGEMENT_PORT", "a management port without MANAGEMENT_TOKEN",
                      "MANAGEMENT_TOKEN, without which only /health and /ready answer");
  } else if (!is_loopback(environment.management_bind) && environment.management_tls_cert.empty()) {
    variables.warning("MANAGEMENT_BIND", "a management port that others reach, without TLS",
                      "MANAGEMENT_TLS_CERT and MANAGEMENT_TLS_KEY, or the token can be read on its way");
  }
}

}  // namespace

void read_management_variables(const Variables& variables, const std::string& directory, Environment& environment) {
  environment.management_port.reset();
  if (const auto port = variables.number("MANAGEMENT_PORT", 0, 65535)) {
    environment.management_port = static_cast<std::uint16_t>(*port);
  }
  read_bind(variables, directory, environment);
  read_token(variables, directory, "MANAGEMENT_TOKEN", environment.management_token);
  read_token(variables, directory, "MANAGEMENT_READ_TOKEN", environment.management_read_token);
  read_tls_file(variables, directory, "MANAGEMENT_TLS_CERT", "MANAGEMENT_TLS_KEY", environment.management_tls_cert);
  read_tls_file(variables, directory, "MANAGEMENT_TLS_KEY", "MANAGEMENT_TLS_CERT", environment.management_tls_key);
  if (!environment.management_tls_cert.empty() && !environment.management_tls_key.empty()) {
    check_key_pair(variables, {"MANAGEMENT_TLS_CERT", environment.management_tls_cert, "MANAGEMENT_TLS_KEY",
                               environment.management_tls_key});
  }
  advise(variables, environment);
}

}  // namespace router::config

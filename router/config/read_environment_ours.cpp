#include <filesystem>

#include "base/log_level.h"
#include "base/text.h"
#include "config/files.h"
#include "config/ip_ranges.h"
#include "config/key_pair.h"
#include "config/read_environment.h"
#include "http/url.h"

namespace router::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMaxSize = 1ULL << 40;

void read_lifetime(const Variables& variables, Environment& environment) {
  const auto value = variables.duration("SESSION_MAX_LIFETIME", Unit::minute, 1min, 24h * 365);
  if (value) environment.session_max_lifetime = std::chrono::floor<std::chrono::minutes>(*value);
}

void read_allowed_hosts(const Variables& variables, Environment& environment) {
  variables.read_list("ALLOWED_HOSTS", environment.allowed_hosts);
  for (std::string& pattern : environment.allowed_hosts) {
    pattern = base::to_lower(pattern);
    std::string example = pattern;
    for (char& c : example) {
      if (c == '*') c = 'x';
    }
    if (!http::parse_host(example)) {
      variables.error("ALLOWED_HOSTS", show(std::string_view(pattern)),
                      "hosts such as app.example.com or *.example.com");
    }
  }
}

void read_trusted_proxies(const Variables& variables, Environment& environment) {
  std::vector<std::string> entries = {"private"};
  variables.read_list("TRUSTED_PROXIES", entries);
  environment.proxies_are_named = variables.has("TRUSTED_PROXIES");
  if (entries == std::vector<std::string>{"none"}) return;
  for (const std::string& entry : entries) {
    if (!IpRanges::is_valid(entry)) {
      variables.error("TRUSTED_PROXIES", show(std::string_view(entry)),
                      "networks such as 10.0.0.0/8 (no bits below the prefix), or one of \"private\" and \"none\"",
                      nearest_hint(entry, {"private", "none"}));
    } else if (entry == "private") {
      const auto& ranges = IpRanges::private_ranges();
      environment.trusted_proxies.insert(environment.trusted_proxies.end(), ranges.begin(), ranges.end());
    } else {
      environment.trusted_proxies.push_back(entry);
    }
  }
}

void read_forwarded_identity(const Variables& variables, Environment& environment) {
  variables.read_list("FORWARD_IDENTITY_HEADERS", environment.forwarded_identity);
  for (const std::string& name : environment.forwarded_identity) {
    if (header_fault(name, "")) {
      variables.error("FORWARD_IDENTITY_HEADERS", show(std::string_view(name)),
                      "names of header fields, separated by commas");
    }
  }
}

// address, address:port or [address]:port
bool is_name_server(std::string_view entry) {
  const bool bracketed = entry.starts_with('[');
  const auto colon = bracketed ? entry.find("]:") : entry.find(':');
  const bool bare_v6 =
      !bracketed && colon != std::string_view::npos && entry.find(':', colon + 1) != std::string_view::npos;
  std::string_view address = entry;
  if (colon != std::string_view::npos && !bare_v6) {
    const auto port = base::parse_unsigned(entry.substr(colon + (bracketed ? 2 : 1)));
    if (!port || *port == 0 || *port > 65535) return false;
    address = entry.substr(0, colon);
  } else if (bracketed) {
    if (!entry.ends_with(']')) return false;
    address.remove_suffix(1);
  }
  if (bracketed) address.remove_prefix(1);
  return address != "private" && address.find('/') == std::string_view::npos && IpRanges::is_valid(address) &&
         (!bracketed || address.find(':') != std::string_view::npos);
}

void read_name_servers(const Variables& variables, Environment& environment) {
  variables.read_list("NAME_SERVERS", environment.name_servers);
  for (const std::string& entry : environment.name_servers) {
    if (!is_name_server(entry)) {
      variables.error("NAME_SERVERS", show(std::string_view(entry)),
                      "addresses of name servers such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53");
    }
  }
}

void read_certificate(const Variables& variables, const std::string& directory, Environment& environment) {
  for (auto [name, other, target] : {std::tuple{"TLS_CERT", "TLS_KEY", &environment.tls_cert},
                                     std::tuple{"TLS_KEY", "TLS_CERT", &environment.tls_key}}) {
    const auto value = variables.text(name);
    if (!value) continue;
    if (!variables.has(other)) variables.error(name, std::string(name) + " without " + other, "both or none");
    target->clear();
    for (const std::string_view item : base::split(*value, ',')) {
      const auto path = std::filesystem::path(directory) / base::trim(item);
      std::error_code fault;
      if (!std::filesystem::is_regular_file(path, fault)) {
        variables.error(name, show(item, "path"), "files that exist, separated by commas");
      }
      *target += (target->empty() ? "" : ",") + path.lexically_normal().string();
    }
  }
  const auto certificates = base::split(environment.tls_cert, ',');
  const auto keys = base::split(environment.tls_key, ',');
  if (environment.tls_cert.empty() || environment.tls_key.empty()) return;
  if (certificates.size() != keys.size()) {
    return variables.error(
        "TLS_KEY",
        std::to_string(keys.size()) + " files, beside " + std::to_string(certificates.size()) + " of TLS_CERT",
        "as many as of TLS_CERT");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    check_key_pair(variables, {"TLS_CERT", std::string(certificates[i]), "TLS_KEY", std::string(keys[i])});
  }
}

void read_log_variables(const Variables& variables, const std::string& directory, Environment& environment) {
  variables.read_choice<base::LogFormat>("LOG_FORMAT", environment.log_format,
                                         {{"json", base::LogFormat::json}, {"text", base::LogFormat::text}});
  variables.read_choice<base::LogLevel>("LOG_LEVEL", environment.log_level,
                                        {base::kLogLevelWords.begin(), base::kLogLevelWords.end()});
  variables.read_choice<AccessLog>("ACCESS_LOG", environment.access_log,
                                   {{"off", AccessLog::off}, {"errors", AccessLog::errors}, {"all", AccessLog::all}});
  if (const auto file = variables.text("LOG_FILE")) environment.log_file = path_in(directory, *file);
}

void read_limits(const Variables& variables, Limits& limits) {
  variables.read_number("LIMIT_HEADER_BYTES", limits.header_bytes, 1024, 1 << 20);
  variables.read_number("LIMIT_HEADER_COUNT", limits.header_count, 10, 10'000);
  variables.read_number("LIMIT_URL_BYTES", limits.url_bytes, 256, 1 << 20);
  variables.read_number("LIMIT_BODY_BYTES", limits.body_bytes, 0, kMaxSize);
  variables.read_number("LIMIT_ANSWER_FIELDS", limits.answer_fields, 10, 100'000);
  variables.read_number("LIMIT_ANSWER_HEAD_BYTES", limits.answer_head_bytes, 1024, 1 << 24);
  variables.read_number("LIMIT_CONNECTIONS", limits.connections, 0, 10'000'000);
  variables.read_number("LIMIT_CONNECTIONS_PER_ADDRESS", limits.connections_per_address, 0, 10'000'000);
  variables.read_number("LIMIT_SESSIONS", limits.sessions, 0, 1'000'000'000);
  variables.read_number("LIMIT_SESSIONS_PER_USER", limits.sessions_per_user, 0, 1'000'000);
  variables.read_number("LIMIT_ANONYMOUS_SESSIONS", limits.anonymous_sessions, 0, 1'000'000'000);
  variables.read_number("LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS", limits.anonymous_sessions_per_address, 0,
                        1'000'000'000);
  variables.read_number("LIMIT_COOKIE_JAR_BYTES", limits.cookie_jar_bytes, 1024, 1 << 24);
  variables.read_number("LIMIT_UPSTREAM_CONNECTIONS", limits.upstream_connections, 1, 1'000'000);
  variables.read_number("LIMIT_UPSTREAM_STREAMS", limits.upstream_streams, 1, 10'000'000);
  variables.read_number("LIMIT_UPSTREAM_QUEUE", limits.upstream_queue, 0, 1'000'000);
  variables.read_duration("HEADER_TIMEOUT", limits.header_timeout, Unit::millisecond, 100ms, 1h);
  variables.read_number("LIMIT_FAILED_LOGINS", limits.failed_logins, 0, 1'000'000);
  variables.read_number("LIMIT_FAILED_LOGINS_PER_ADDRESS", limits.failed_logins_per_address, 0, 1'000'000);
  variables.read_number("LIMIT_FAILED_CALLBACKS_PER_ADDRESS", limits.failed_callbacks_per_address, 0, 1'000'000);
  variables.read_number("LIMIT_LOOK_UPS_PER_ADDRESS", limits.look_ups_per_address, 0, 1'000'000);
  variables.read_number("LIMIT_LOGINS_PER_ADDRESS", limits.logins_per_address, 0, 1'000'000);
  variables.read_number("MINIMUM_BODY_RATE", limits.minimum_body_rate, 0, kMaxSize);
  variables.read_number("MINIMUM_READ_RATE", limits.minimum_read_rate, 0, kMaxSize);
}

}  // namespace

void read_own_variables(const Variables& variables, const std::string& directory, const std::vector<Binding>& bindings,
                        Environment& environment) {
  read_state_variables(variables, directory, bindings, environment);
  read_lifetime(variables, environment);
  variables.read_flag("COOKIE_PREFIX", environment.cookie_prefix);
  read_allowed_hosts(variables, environment);
  variables.read_number("LOGOUT_FANOUT_CONCURRENCY", environment.logout_fanout_concurrency, 1, 100'000);
  variables.read_duration("LOGOUT_GIVE_UP_AFTER", environment.logout_give_up_after, Unit::minute, 1min, 24h * 30);
  read_management_variables(variables, directory, environment);
  read_log_variables(variables, directory, environment);
  variables.read_duration("SHUTDOWN_DELAY", environment.shutdown_delay, Unit::second, 0ms, 1h);
  variables.read_duration("SHUTDOWN_TIMEOUT", environment.shutdown_timeout, Unit::second, 0ms, 24h);
  read_certificate(variables, directory, environment);
  variables.read_number("THREADS", environment.threads, 0, 1024);
  read_trusted_proxies(variables, environment);
  read_forwarded_identity(variables, environment);
  read_name_servers(variables, environment);
  read_limits(variables, environment.limits);
}

}  // namespace router::config

#include "config/read_environment.h"

#include <filesystem>

#include "base/pattern.h"
#include "base/text.h"
#include "config/read_origin.h"
#include "http/fields.h"

namespace router::config {
namespace {

// Browsers have rules of their own for the former, the router has cookies of its own by the latter.
bool may_name_session(const std::string& name) {
  return http::is_token(name) && !name.starts_with("__") && !base::to_lower(name).starts_with("xsr-");
}

using namespace std::chrono_literals;

constexpr milliseconds kDay = 24h;

// A regular expression that needs one group, which is what is taken from the host.
void read_host_pattern(const Variables& variables, std::string_view name, std::string& target) {
  const auto value = variables.text(name);
  if (!value) return;
  auto compiled = base::Pattern::compile(*value);
  if (const auto* fault = std::get_if<base::Pattern::CompileError>(&compiled)) {
    variables.error(name, show(std::string_view(*value)),
                    "a regular expression (" + fault->message + " at offset " + std::to_string(fault->offset) + ")");
  } else if (std::get<base::Pattern>(compiled).group_count() == 0) {
    variables.error(name, show(std::string_view(*value)),
                    "a regular expression with a group, as in ^(.*).example.com$");
  } else {
    target = *value;
  }
}

void read_certificate_files(const Variables& variables, const std::string& directory, Environment& environment) {
  const auto value = variables.text("XS_CACERT_PATH");
  if (!value) return;
  for (std::string_view item : base::split(*value, ':')) {
    if (item.empty()) continue;
    const auto path = std::filesystem::path(directory) / item;
    std::error_code fault;
    if (!std::filesystem::is_regular_file(path, fault)) {
      variables.error("XS_CACERT_PATH", show(item), "files that exist, separated by colons");
    } else {
      environment.ca_certificate_files.push_back(path.lexically_normal().string());
    }
  }
}

void read_reject_unauthorized(const Variables& variables, Environment& environment) {
  const auto value = variables.text("NODE_TLS_REJECT_UNAUTHORIZED");
  if (!value) return variables.note("NODE_TLS_REJECT_UNAUTHORIZED", "1");
  if (*value != "0" && *value != "1") {
    variables.error("NODE_TLS_REJECT_UNAUTHORIZED", show(std::string_view(*value)), "0 or 1");
    return;
  }
  environment.reject_unauthorized = *value == "1";
  if (environment.reject_unauthorized) return;
  variables.warning("NODE_TLS_REJECT_UNAUTHORIZED", "0, with which no server certificate is checked",
                    "1, with the authority's certificate in XS_CACERT_PATH");
}

// In the Node router false switches the secret off; ours is no secret either, but what is sealed stays sealed.
void read_state_secret(const Variables& variables, Environment& environment) {
  constexpr std::string_view kName = "STATE_PARAMETER_SECRET";
  if (!base::equals_ignoring_case(variables.text(kName).value_or(""), "false")) {
    return variables.read_sealing_secret(kName, environment.state_parameter_secret);
  }
  variables.warning(kName, "false, which is no secret", "at least 32 random characters, or no value",
                    "the state of a login is protected all the same");
}

}  // namespace

Environment read_environment(const Variables& variables, const std::string& directory,
                             const std::vector<Binding>& bindings) {
  Environment environment;
  variables.read_number("PORT", environment.port, 0, 65535);
  variables.read_flag("SEND_XFRAMEOPTIONS", environment.send_x_frame_options);
  variables.read_duration("JWT_REFRESH", environment.jwt_refresh, Unit::minute, 0ms, kDay);
  variables.read_duration("INCOMING_CONNECTION_TIMEOUT", environment.incoming_connection_timeout, Unit::millisecond,
                          0ms, kDay);
  variables.read_duration("INCOMING_REQUEST_TIMEOUT", environment.incoming_request_timeout, Unit::millisecond, 0ms,
                          kDay);
  read_host_pattern(variables, "TENANT_HOST_PATTERN", environment.tenant_host_pattern);
  read_host_pattern(variables, "DESTINATION_HOST_PATTERN", environment.destination_host_pattern);
  variables.read_flag("SECURE_SESSION_COOKIE", environment.secure_session_cookie);
  read_certificate_files(variables, directory, environment);
  read_reject_unauthorized(variables, environment);
  variables.read_flag("EXTERNAL_REVERSE_PROXY", environment.external_reverse_proxy);
  variables.read_lenient_flag("PRESERVE_FRAGMENT", environment.preserve_fragment);
  variables.read_flag("DYNAMIC_IDENTITY_PROVIDER", environment.dynamic_identity_provider);
  variables.read_duration("SERVER_KEEP_ALIVE", environment.server_keep_alive, Unit::millisecond, 0ms, kDay);
  variables.read_duration("MINIMUM_TOKEN_VALIDITY", environment.minimum_token_validity, Unit::second, 0ms, kDay);
  read_state_secret(variables, environment);
  variables.read_duration("STATE_CACHE", environment.state_cache, Unit::second, 10s, 3600s);
  variables.read_flag("RETURN_ERROR_SOURCE", environment.return_error_source);
  variables.read_flag("ENABLE_X_FORWARDED_HOST_VALIDATION", environment.validate_x_forwarded_host);
  variables.read_flag("DISABLE_CONNECTION_REUSE", environment.disable_connection_reuse);
  variables.read_text("SESSION_COOKIE_NAME", environment.session_cookie_name);
  if (!may_name_session(environment.session_cookie_name)) {
    variables.error("SESSION_COOKIE_NAME", show(std::string_view(environment.session_cookie_name)),
                    "a cookie name that begins neither with __ nor with xsr-", "COOKIE_PREFIX=true makes it __Host-");
  }
  variables.read_text("PLATFORM_COOKIE_NAME", environment.platform_cookie_name);
  if (header_fault(environment.platform_cookie_name + "x", "")) {
    variables.error("PLATFORM_COOKIE_NAME", show(std::string_view(environment.platform_cookie_name)),
                    "the name of a cookie");
  }
  environment.ws_allowed_origins = read_origin_list(variables, "WS_ALLOWED_ORIGINS");
  read_json_variables(variables, environment);
  read_own_variables(variables, directory, bindings, environment);
  return environment;
}

}  // namespace router::config

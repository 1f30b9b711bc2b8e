// What the environment (process, else default-env.json) says. Part of config/model.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "config/model/headers.h"
#include "config/model/limits.h"
#include "config/unix_path.h"
#include "http/origin.h"

namespace router::config {

using base::milliseconds;
using base::Secret;

enum class StoreKind { memory, sqlite, redis };
enum class AccessLog { off, errors, all };

// What a Redis URL has no place for.
struct RedisOptions {
  bool verify = true;       // that somebody trusted has issued the server's certificate
  bool verify_host = true;  // and that it is this host's
  std::string trusted;      // PEM, authorities trusted besides the others
  milliseconds connect_timeout{10'000};
  milliseconds command_timeout{2'000};
  bool operator==(const RedisOptions&) const = default;
};

// Where sessions, or logout calls and receipts, are kept.
struct StateLocation {
  StoreKind kind = StoreKind::memory;
  std::string file;  // of SQLite; absolute, or from the working directory of the process
  Secret url;        // of Redis; may hold a password
  RedisOptions redis;
  bool operator==(const StateLocation&) const = default;
};

struct CookieAttributes {  // COOKIES
  std::string same_site;   // "" = router's default (Lax)
  bool partitioned = false;
  std::vector<std::string> partitioned_agents;      // regular expressions; empty = all
  std::vector<std::string> not_partitioned_agents;  // regular expressions; win over the ones above
};

// Of one transmitter or subscriber of signals.
struct SignalSecret {
  Secret authorization;
  std::string client_id;  // at the transmitter's authorization server
  Secret client_secret;
};

struct Environment {
  std::uint16_t port = 5000;
  std::vector<ResponseHeader> http_headers;
  CookieAttributes cookies;
  bool send_x_frame_options = true;
  std::vector<http::OriginRule> ws_allowed_origins;
  milliseconds jwt_refresh{5 * 60'000};
  milliseconds incoming_connection_timeout{120'000};
  milliseconds incoming_request_timeout{300'000};
  std::string tenant_host_pattern;
  std::string destination_host_pattern;
  std::optional<bool> secure_session_cookie;
  std::vector<std::string> ca_certificate_files;  // XS_CACERT_PATH
  bool reject_unauthorized = true;                // NODE_TLS_REJECT_UNAUTHORIZED
  bool external_reverse_proxy = false;
  bool preserve_fragment = true;
  bool dynamic_identity_provider = false;
  milliseconds server_keep_alive{120'000};
  milliseconds minimum_token_validity{0};
  Secret state_parameter_secret;
  milliseconds state_cache{300'000};
  bool return_error_source = false;
  bool validate_x_forwarded_host = false;
  bool disable_connection_reuse = false;
  std::string platform_cookie_name;
  // ours
  std::string state_directory;                // STATE_DIR; empty: none
  StateLocation store;                        // SESSION_STORE
  StateLocation outbox;                       // LOGOUT_OUTBOX
  Secret session_secret;                      // empty with a state directory: made there (app/state)
  Secret previous_session_secret;             // SESSION_SECRET_PREVIOUS
  std::chrono::hours receipts_kept{30 * 24};  // RECEIPTS_KEEP
  Secret receipt_key;                         // RECEIPT_KEY: PEM; empty: made
  Secret signing_key;                         // SIGNING_KEY: PEM; empty: made
  Secret previous_signing_key;                // SIGNING_KEY_PREVIOUS: PEM; empty: none
  std::string signals_issuer;                 // SIGNALS_ISSUER; empty: the origin as browsers see it
  std::optional<std::chrono::minutes> session_max_lifetime;
  bool cookie_prefix = false;
  std::string session_cookie_name = "JSESSIONID";  // SESSION_COOKIE_NAME
  std::vector<std::string> allowed_hosts;          // empty = any
  std::size_t logout_fanout_concurrency = 64;
  milliseconds logout_give_up_after{24 * 3'600'000};    // of a logout call, since the logout
  std::map<std::string, SignalSecret> signals_secrets;  // SIGNALS_SECRETS: by issuer, of subscribers by audience
  std::optional<std::uint16_t> management_port;
  std::string management_bind = "127.0.0.1";  // or unix:PATH, absolute
  Secret management_token;
  Secret management_read_token;
  std::string management_tls_cert;
  std::string management_tls_key;
  bool has_management() const { return management_port || unix_path(management_bind); }
  base::LogFormat log_format = base::LogFormat::json;
  base::LogLevel log_level = base::LogLevel::info;
  std::string log_file;  // empty: standard error
  AccessLog access_log = AccessLog::all;
  milliseconds shutdown_delay{0};  // from the signal on, before connections are refused
  milliseconds shutdown_timeout{30'000};
  std::string tls_cert;
  std::string tls_key;
  std::size_t threads = 0;                      // 0 = one per core
  std::vector<std::string> trusted_proxies;     // CIDRs, checked; default list filled in
  std::vector<std::string> forwarded_identity;  // FORWARD_IDENTITY_HEADERS: names of fields
  bool proxies_are_named = false;               // TRUSTED_PROXIES is set
  std::vector<std::string> name_servers;        // address or address:port; empty = the system's
  Limits limits;
};

}  // namespace router::config

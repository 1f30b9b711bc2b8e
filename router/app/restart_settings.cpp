#include "app/restart_settings.h"

namespace router::app {
namespace {

using config::Environment;
using config::Limits;

struct Setting {
  std::string_view name;
  bool (*is_same)(const Environment&, const Environment&);
};

template <auto kMember>
bool same(const Environment& a, const Environment& b) {
  return a.*kMember == b.*kMember;
}

template <auto kMember>
bool same_limit(const Environment& a, const Environment& b) {
  return a.limits.*kMember == b.limits.*kMember;
}

// What app/run, app/router's Core and app/parts read when they are made, and nobody later.
constexpr Setting kSettings[] = {
    {"PORT", &same<&Environment::port>},
    {"THREADS", &same<&Environment::threads>},
    {"LOG_FILE", &same<&Environment::log_file>},
    {"LOG_FORMAT", &same<&Environment::log_format>},
    {"LOG_LEVEL", &same<&Environment::log_level>},
    {"STATE_DIR", &same<&Environment::state_directory>},
    {"SESSION_STORE", &same<&Environment::store>},
    {"LOGOUT_OUTBOX", &same<&Environment::outbox>},
    {"RECEIPTS_KEEP", &same<&Environment::receipts_kept>},
    {"RECEIPT_KEY", &same<&Environment::receipt_key>},
    {"SIGNING_KEY", &same<&Environment::signing_key>},
    {"SIGNING_KEY_PREVIOUS", &same<&Environment::previous_signing_key>},
    {"SIGNALS_ISSUER", &same<&Environment::signals_issuer>},
    {"SESSION_SECRET", &same<&Environment::session_secret>},
    {"SESSION_SECRET_PREVIOUS", &same<&Environment::previous_session_secret>},
    {"LOGOUT_FANOUT_CONCURRENCY", &same<&Environment::logout_fanout_concurrency>},
    {"LOGOUT_GIVE_UP_AFTER", &same<&Environment::logout_give_up_after>},
    {"MANAGEMENT_PORT", &same<&Environment::management_port>},
    {"MANAGEMENT_BIND", &same<&Environment::management_bind>},
    {"MANAGEMENT_TOKEN", &same<&Environment::management_token>},
    {"MANAGEMENT_READ_TOKEN", &same<&Environment::management_read_token>},
    {"MANAGEMENT_TLS_CERT", &same<&Environment::management_tls_cert>},
    {"MANAGEMENT_TLS_KEY", &same<&Environment::management_tls_key>},
    {"NAME_SERVERS", &same<&Environment::name_servers>},
    {"XS_CACERT_PATH", &same<&Environment::ca_certificate_files>},
    {"NODE_TLS_REJECT_UNAUTHORIZED", &same<&Environment::reject_unauthorized>},
    {"INCOMING_CONNECTION_TIMEOUT", &same<&Environment::incoming_connection_timeout>},
    {"INCOMING_REQUEST_TIMEOUT", &same<&Environment::incoming_request_timeout>},
    {"SERVER_KEEP_ALIVE", &same<&Environment::server_keep_alive>},
    {"DISABLE_CONNECTION_REUSE", &same<&Environment::disable_connection_reuse>},
    {"HEADER_TIMEOUT", &same_limit<&Limits::header_timeout>},
    {"MINIMUM_BODY_RATE", &same_limit<&Limits::minimum_body_rate>},
    {"MINIMUM_READ_RATE", &same_limit<&Limits::minimum_read_rate>},
    {"LIMIT_HEADER_BYTES", &same_limit<&Limits::header_bytes>},
    {"LIMIT_HEADER_COUNT", &same_limit<&Limits::header_count>},
    {"LIMIT_URL_BYTES", &same_limit<&Limits::url_bytes>},
    {"LIMIT_BODY_BYTES", &same_limit<&Limits::body_bytes>},
    {"LIMIT_CONNECTIONS", &same_limit<&Limits::connections>},
    {"LIMIT_CONNECTIONS_PER_ADDRESS", &same_limit<&Limits::connections_per_address>},
    {"LIMIT_UPSTREAM_CONNECTIONS", &same_limit<&Limits::upstream_connections>},
    {"LIMIT_UPSTREAM_STREAMS", &same_limit<&Limits::upstream_streams>},
    {"LIMIT_ANSWER_FIELDS", &same_limit<&Limits::answer_fields>},
    {"LIMIT_ANSWER_HEAD_BYTES", &same_limit<&Limits::answer_head_bytes>},
    {"LIMIT_UPSTREAM_QUEUE", &same_limit<&Limits::upstream_queue>},
    {"LIMIT_SESSIONS", &same_limit<&Limits::sessions>},
    {"LIMIT_ANONYMOUS_SESSIONS", &same_limit<&Limits::anonymous_sessions>},
    {"LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS", &same_limit<&Limits::anonymous_sessions_per_address>},
    {"LIMIT_FAILED_LOGINS", &same_limit<&Limits::failed_logins>},
    {"LIMIT_FAILED_LOGINS_PER_ADDRESS", &same_limit<&Limits::failed_logins_per_address>},
    {"LIMIT_LOGINS_PER_ADDRESS", &same_limit<&Limits::logins_per_address>},
    {"LIMIT_FAILED_CALLBACKS_PER_ADDRESS", &same_limit<&Limits::failed_callbacks_per_address>},
    {"LIMIT_LOOK_UPS_PER_ADDRESS", &same_limit<&Limits::look_ups_per_address>},
};

}  // namespace

std::vector<std::string_view> changed_for_next_start(const Environment& running, const Environment& wanted) {
  std::vector<std::string_view> names;
  for (const Setting& setting : kSettings) {
    if (!setting.is_same(running, wanted)) names.push_back(setting.name);
  }
  return names;
}

}  // namespace router::app

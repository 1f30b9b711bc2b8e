// The typed configuration: everything xs-app.json, default-env.json, default-services.json and the environment say.
//
// Made by config/load, complete and cross-checked; const afterwards, shared by all threads; a reload makes a new one.
// Names follow the properties of the descriptor (docs/contract/descriptor.md), so that a reader finds the one from the
// other.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/pattern.h"
#include "base/secret.h"
#include "http/origin.h"
#include "http/url.h"

namespace router::config {

using base::milliseconds;
using base::seconds;
using base::Secret;

enum class AuthenticationType { xsuaa, ias, oidc, basic, none };
enum class LogoutCallMethod { get, post, put };

struct Header {
  std::string name;
  std::string value;
};

// A field of every answer: responseHeaders, httpHeaders.
struct ResponseHeader {
  std::string name;
  std::string value;
  bool overrides = false;  // "override": a back-end's own field of that name gives way
};

// Scopes that a route asks for: any one of the list, per method where the descriptor says so.
struct ScopeRule {
  std::map<std::string, std::vector<std::string>> by_method;  // "default" = every other method
  bool empty() const { return by_method.empty(); }
  // Null: the rule names no such method, and no default.
  const std::vector<std::string>* for_method(std::string_view method) const {
    auto found = by_method.find(std::string(method));
    if (found == by_method.end()) found = by_method.find("default");
    return found == by_method.end() ? nullptr : &found->second;
  }
};

struct Replacement {  // `replace` of a localDir route
  std::vector<std::string> path_suffixes;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> services;
};

struct Route {
  std::size_t index = 0;  // position in `routes` or `plugins`, for messages
  std::string source;
  bool match_case = true;
  std::optional<base::Pattern> pattern;  // `source`, compiled
  bool matches_query = false;            // the source spells \? or [?]
  std::vector<std::string> http_methods;  // empty = all
  std::optional<std::string> target;
  std::optional<std::string> destination;
  std::optional<std::string> local_dir;  // absolute path, checked at load
  std::optional<std::string> service;
  std::optional<std::string> endpoint;
  std::optional<Replacement> replace;
  AuthenticationType authentication = AuthenticationType::none;
  bool says_public = false;  // its own authenticationType is none, not only the descriptor's authenticationMethod
  bool csrf_protection = true;
  ScopeRule scope;
  std::string cache_control;
  std::string provider;           // the binding that logs its users in; empty = public, or none is bound
  std::string identity_provider;  // xsuaa, ias: which of the provider's own identity providers; oidc: the binding
  bool dynamic_identity_provider = false;
  bool set_backend_session_cookies = false;
  bool prefer_local = false;
  bool touch = true;
  std::optional<milliseconds> timeout;
  bool added = false;  // the default route, which no descriptor spells
  std::string plugin;  // the name, for a route of the variable `plugins`

  bool is_public() const { return authentication == AuthenticationType::none; }
};

struct ServiceClient;

// A back-end: from the `destinations` variable, with logoutPath and logoutMethod of xs-app.json.
struct Destination {
  std::string name;
  http::Url url;
  bool forward_auth_token = false;
  bool forward_auth_certificates = false;
  milliseconds timeout{30'000};
  bool strict_ssl = true;
  bool set_x_forwarded_headers = true;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  bool preserve_host_header = false;
  bool rewrite_location = false;
  std::vector<Header> headers;
  std::string logout_path;  // empty = none
  LogoutCallMethod logout_method = LogoutCallMethod::post;
  bool is_service = false;  // from VCAP_SERVICES: token always sent, x-approuter-host at logout
  // From the destination service:
  Secret authorization;        // the whole field value, sent instead of the user's token
  bool allows_dynamic = true;  // a route may take its name from path or host
  // Where a service's tokens come from; null: the user's own token is sent.
  std::shared_ptr<const ServiceClient> service_client;
};

// destinations.<name> of the descriptor, for a destination that only the destination service knows.
struct LogoutPath {
  std::string path;
  LogoutCallMethod method = LogoutCallMethod::post;
};

enum class CrossSiteLogout { confirm, allow, deny };

struct ApplicationLogout {
  std::string name;  // "" = all applications
  std::string endpoint;
  std::string parameter;
  std::string page;
  std::vector<std::string> destinations;
};

struct ConditionalUrl {
  std::string when;
  std::string url;
};

struct Logout {
  std::string endpoint;  // empty = none
  std::string page;      // path or absolute URL; empty = built-in page
  std::string method = "GET";
  bool csrf_protection = false;  // true only with POST
  std::string back_channel_endpoint;
  std::string front_channel_endpoint;
  std::string return_endpoint;
  std::optional<bool> revoke_tokens;  // absent: where the provider advertises it
  seconds revoke_after{60};
  std::size_t longest_hint = 2000;  // bytes of a URL with an id_token_hint; longer ones go without
  bool posts_to_provider = false;   // providerMethod: POST
  std::vector<std::string> clear_site_data;
  CrossSiteLogout cross_site = CrossSiteLogout::confirm;
  std::vector<std::string> skip_redirect_origins;  // whose frames may sign out with skip-redirect; normalised
  bool skip_redirect_without_referer = false;      // "none" among them: frames that do not say whose they are
  std::vector<std::string> trusted_urls;
  // agent-style logout
  std::vector<ApplicationLogout> applications;
  bool parameter_match_contains = false;
  bool inspect_body = false;
  std::vector<ConditionalUrl> conditional_urls;
  bool always_invalidate = true;
  std::string goto_parameter;
};

struct Journey {
  std::map<std::string, std::string> logout_details;
  bool no_session = false;
};

struct Am {  // REST logout with details
  std::string cookie_name = "iPlanetDirectoryPro";
  std::string realm = "/";
  std::string context_path;
  std::string success_url = "/";
  std::vector<std::string> post_logout_redirect_uris;
  std::map<std::string, Journey> journeys;
};

struct HostedLoginClient {
  std::vector<std::string> redirect_uris;
  Secret secret;
};

struct HostedLogin {  // hosted-login logout
  std::string customer_id;
  std::map<std::string, HostedLoginClient> clients;
};

struct Compression {
  bool enabled = true;
  std::size_t min_size = 1024;
  bool mixed_type_content = false;
};

struct CorsPolicy {
  std::optional<base::Pattern> uri_pattern;
  bool matches_query = false;  // as for a route
  std::optional<base::Pattern> host_pattern;
  std::vector<http::OriginRule> allowed_origins;
  std::vector<std::string> allowed_methods;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> expose_headers;
  long long max_age = 0;  // seconds; negative: not said
  bool allow_credentials = true;
};

struct ErrorPage {
  std::set<int> statuses;
  std::string file;  // absolute path
  std::string content;
};

// One identity provider as bound. Which protocol it speaks decides the endpoints (identity/provider).
enum class ProviderKind { xsuaa, ias, oidc };

struct IdentityProvider {
  std::string name;  // binding name; what `identityProvider` of a route refers to
  ProviderKind kind = ProviderKind::oidc;
  std::string url;      // xsuaa, ias
  std::string issuer;   // oidc; ias: its url
  std::string client_id;
  Secret client_secret;
  std::string client_certificate;  // PEM, for mTLS
  Secret client_key;               // PEM
  std::string certificate_url;     // xsuaa certurl
  std::string xsappname;
  std::string uaa_domain;
  std::string identity_zone;  // xsuaa: the subdomain of its own tenant, the first label of its url
  std::vector<std::string> scopes;  // oidc; default openid
  // as registered at the provider, e.g. ES256 or HS256; empty = any asymmetric one that the provider announces
  std::string id_token_signed_response_alg;

  friend bool operator==(const IdentityProvider&, const IdentityProvider&) = default;
};

// The bound destination service.
struct DestinationService {
  std::string uri;
  IdentityProvider client;  // how its tokens are fetched; of kind xsuaa

  friend bool operator==(const DestinationService&, const DestinationService&) = default;
};

// A bound service's own client at an authorization server, and how its tokens are got there.
enum class ServiceGrant { user_token, client_credentials };

struct ServiceClient {
  std::string service;
  IdentityProvider client;
  ServiceGrant grant = ServiceGrant::user_token;

  friend bool operator==(const ServiceClient&, const ServiceClient&) = default;
};

enum class StoreKind { memory, sqlite, redis };

struct CookieAttributes {  // COOKIES
  std::string same_site;   // "" = router's default (Lax)
  bool partitioned = false;
  std::vector<std::string> partitioned_agents;      // regular expressions; empty = all
  std::vector<std::string> not_partitioned_agents;  // regular expressions; win over the ones above
};

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t url_bytes = 8 * 1024;
  std::uint64_t body_bytes = 0;  // 0 = off
  std::size_t connections = 0;   // 0 = as many as the file-descriptor limit allows
  std::size_t connections_per_address = 0;  // 0 = off
  std::size_t sessions = 0;                 // 0 = off
  std::size_t sessions_per_user = 0;        // 0 = off
  std::size_t anonymous_sessions = 100'000;  // 0 = off
  std::size_t anonymous_sessions_per_address = 10'000;  // 0 = off
  std::size_t answer_fields = 1000;          // of a back-end's answer
  std::size_t answer_head_bytes = 64 * 1024;
  std::size_t cookie_jar_bytes = 64 * 1024;
  std::size_t upstream_connections = 1024;  // per destination
  std::size_t upstream_streams = 10'000;    // per destination, beside those: WebSockets, event streams
  std::size_t upstream_queue = 1024;        // waiting requests per destination
  milliseconds header_timeout{10'000};
  std::size_t minimum_body_rate = 0;  // bytes per second, 0 = off
  std::size_t minimum_read_rate = 0;  // the same, of answers
  // At doors with a password or our credentials behind them, a minute; 0 = off
  unsigned failed_logins = 5;  // per account
  unsigned failed_logins_per_address = 10;
  unsigned logins_per_address = 60;  // right ones, too
  unsigned failed_callbacks_per_address = 300;  // logins that come back from the provider and fail
  unsigned look_ups_per_address = 60;  // of destinations that the descriptor does not name, a minute; 0 = off
};

// What the environment (process, else default-env.json) says.
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
  StoreKind store = StoreKind::memory;
  std::string store_location;  // path or redis URL
  Secret session_secret;
  std::optional<std::chrono::minutes> session_max_lifetime;
  bool cookie_prefix = false;
  std::vector<std::string> allowed_hosts;  // empty = any
  std::string logout_outbox;               // "" = memory
  std::size_t logout_fanout_concurrency = 64;
  std::optional<std::uint16_t> management_port;
  std::string management_bind = "127.0.0.1";
  Secret management_token;
  base::LogFormat log_format = base::LogFormat::json;
  base::LogLevel log_level = base::LogLevel::info;
  milliseconds shutdown_timeout{30'000};
  std::string tls_cert;
  std::string tls_key;
  std::size_t threads = 0;                   // 0 = one per core
  std::vector<std::string> trusted_proxies;  // CIDRs, checked; default list filled in
  std::vector<std::string> forwarded_identity;  // FORWARD_IDENTITY_HEADERS: names of fields
  bool proxies_are_named = false;            // TRUSTED_PROXIES is set
  std::vector<std::string> name_servers;     // address or address:port; empty = the system's
  Limits limits;
};

// The built-in service that answers /currentUser and /attributes; it has no entry in Configuration::services.
inline constexpr const char* kUserApiService = "sap-approuter-userapi";

// Of the Node router's HTML5 application repository, which is left out here.
inline constexpr const char* kHtml5Service = "html5-apps-repo-rt";

// The key of a route's service and endpoint in Configuration::services.
inline std::string service_key(const std::string& service, const std::optional<std::string>& endpoint) {
  return endpoint ? service + "/" + *endpoint : service;
}

struct Configuration {
  std::string directory;  // absolute
  std::string welcome_file;
  bool authentication_none = false;  // authenticationMethod: none
  // Whether nobody gets that route without a login.
  bool asks_for_login(const Route& route) const { return !authentication_none && !route.is_public(); }
  std::chrono::minutes session_timeout{15};
  std::vector<Route> routes;  // with the default route, if one was added
  std::string callback_endpoint = "/login/callback";
  Logout logout;
  std::optional<Am> am;
  std::optional<HostedLogin> hosted_login;
  std::map<std::string, Destination> destinations;
  // Endpoints of bound services by service_key(); the one that the logout path belongs to also by its service alone.
  std::map<std::string, Destination> services;
  std::optional<DestinationService> destination_service;
  std::map<std::string, LogoutPath> looked_up_logouts;  // by destination, where the service is bound
  std::vector<Route> plugins;  // matched before `routes`
  std::vector<ResponseHeader> response_headers;  // responseHeaders over httpHeaders, merged
  Compression compression;
  std::string plugin_metadata_endpoint;
  std::string plugin_metadata = "[]";  // what it answers: the variable `plugins` as JSON
  std::string whitelist_endpoint;
  std::optional<std::vector<http::OriginRule>> cj_protect_whitelist;  // absent: framing is not controlled
  bool websockets_enabled = false;
  std::vector<ErrorPage> error_pages;
  std::vector<CorsPolicy> cors;
  bool state_protection = true;
  std::vector<IdentityProvider> providers;  // first = default
  Environment environment;
};

}  // namespace router::config

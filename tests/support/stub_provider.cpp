#include "support/stub_provider.h"

#include <httplib.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <stdexcept>

namespace router::test {
namespace {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

constexpr std::size_t kThreads = 64;  // a kept-alive connection holds one
constexpr std::size_t kMostCalls = 100'000;
constexpr int kIdTokenLifetime = 600;  // seconds
constexpr auto kLongestHang = std::chrono::seconds(60);

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      out.push_back(c);
    } else {
      out.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return out;
}

std::string s256(const std::string& verifier) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(verifier.data(), verifier.size(), digest, &length, EVP_sha256(), nullptr);
  return encode_base64url({reinterpret_cast<const char*>(digest), length});
}

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

// client_secret_basic with both parts form-encoded (RFC 6749 section 2.3.1); a space may be + or %20.
bool is_the_client(const Request& request) {
  const std::string id = StubProvider::kClientId;
  const std::string given = request.get_header_value("Authorization");
  return given == "Basic " + base64(id + ":a-secret%3A%25%2B+%26-for-form-encoding") ||
         given == "Basic " + base64(id + ":a-secret%3A%25%2B%20%26-for-form-encoding");
}

void answer(Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

}  // namespace

StubProvider::StubProvider(int port)
    : server_(std::make_unique<httplib::Server>()), signer_(TokenSigner::shared_rsa()) {
  server_->new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server_->set_tcp_nodelay(true);
  server_->set_keep_alive_max_count(1'000'000);
  server_->set_keep_alive_timeout(1);  // the destructor waits for idle connections
  add_endpoints();
  const char* address = "127.0.0.1";
  if (port == 0) {
    port = server_->bind_to_any_port(address);
  } else if (!server_->bind_to_port(address, port)) {
    port = -1;
  }
  if (port <= 0) throw std::runtime_error("the provider's port is taken");
  issuer_ = "http://127.0.0.1:" + std::to_string(port);
  thread_ = std::thread([this] { server_->listen_after_bind(); });
  // stop() before the loop runs would be lost
  while (!server_->is_running()) std::this_thread::yield();
}

StubProvider::~StubProvider() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  server_->stop();
  thread_.join();
}

std::map<std::string, std::string> StubProvider::variables() const {
  return {{"OIDC_ISSUER", issuer_}, {"OIDC_CLIENT_ID", kClientId}, {"OIDC_CLIENT_SECRET", kClientSecret}};
}

json StubProvider::credentials() const {
  return {{"issuer", issuer_},
          {"url", issuer_},
          {"clientid", kClientId},
          {"clientsecret", kClientSecret},
          {"xsappname", "app"}};
}

void StubProvider::behave(ProviderBehaviour behaviour) {
  {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(behaviour);
    ++changes_;
  }
  changed_.notify_all();
}

void StubProvider::rotate_keys() {
  const std::lock_guard lock(mutex_);
  signer_ = TokenSigner::other_rsa();
}

std::vector<ProviderCall> StubProvider::calls(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  std::vector<ProviderCall> found;
  for (const auto& call : calls_) {
    if (call.path == path) found.push_back(call);
  }
  return found;
}

std::size_t StubProvider::grants(const std::string& type) const {
  std::size_t count = 0;
  for (const char* path : {"/token", "/oauth/token"}) {
    for (const auto& call : calls(path)) count += call.parameter("grant_type") == type ? 1 : 0;
  }
  return count;
}

std::string StubProvider::last_sid() const {
  const std::lock_guard lock(mutex_);
  return last_sid_;
}

void StubProvider::note(const Request& request) {
  ProviderCall call;
  call.path = request.path;
  call.authorization = request.get_header_value("Authorization");
  for (const auto& [name, value] : request.params) call.parameters.emplace(name, value);
  const std::lock_guard lock(mutex_);
  if (calls_.size() < kMostCalls) calls_.push_back(std::move(call));
}

std::string StubProvider::next_name(const char* prefix) {
  return prefix + std::to_string(++names_) + "-" + std::to_string(std::time(nullptr));
}

void StubProvider::add_endpoints() {
  using Handler = std::function<void(const Request&, Response&)>;
  const auto noted = [this](Handler handler) {
    return [this, handler](const Request& request, Response& response) {
      note(request);
      handler(request, response);
    };
  };
  server_->Get("/.well-known/openid-configuration", noted([this](const Request&, Response& response) {
                 json document{{"issuer", issuer_},
                               {"authorization_endpoint", issuer_ + "/authorize"},
                               {"token_endpoint", issuer_ + "/token"},
                               {"jwks_uri", issuer_ + "/keys"},
                               {"revocation_endpoint", issuer_ + "/revoke"},
                               {"id_token_signing_alg_values_supported", {"RS256"}},
                               {"authorization_response_iss_parameter_supported", true}};
                 const std::lock_guard lock(mutex_);
                 if (behaviour_.end_session_endpoint) document["end_session_endpoint"] = issuer_ + "/end-session";
                 answer(response, 200, document);
               }));
  server_->Get("/keys", noted([this](const Request&, Response& response) {
                 const std::lock_guard lock(mutex_);
                 response.set_content(jwks({signer_}), "application/json");
               }));
  server_->Get("/authorize",
               noted([this](const Request& request, Response& response) { authorize(request, response); }));
  server_->Post("/token", noted([this](const Request& request, Response& response) { token(request, response); }));
  // The endpoints of an xsuaa.
  server_->Get("/token_keys", noted([this](const Request&, Response& response) {
                 const std::lock_guard lock(mutex_);
                 response.set_content(jwks({signer_}), "application/json");
               }));
  server_->Get("/oauth/authorize",
               noted([this](const Request& request, Response& response) { authorize(request, response); }));
  server_->Post("/oauth/token",
                noted([this](const Request& request, Response& response) { token(request, response); }));
  server_->Post("/revoke", noted([](const Request&, Response& response) { response.status = 200; }));
  const auto end_session = noted([](const Request& request, Response& response) {
    const std::string back = request.get_param_value("post_logout_redirect_uri");
    if (back.empty()) return response.set_content("signed out", "text/plain");
    const std::string state = request.get_param_value("state");
    response.set_redirect(state.empty() ? back
                                        : back + (back.find('?') == std::string::npos ? "?" : "&") + "state=" + state);
  });
  server_->Get("/end-session", end_session);
  server_->Post("/end-session", end_session);
}

void StubProvider::authorize(const Request& request, Response& response) {
  const std::lock_guard lock(mutex_);
  const std::string redirect_uri = request.get_param_value("redirect_uri");
  std::string location = redirect_uri + (redirect_uri.find('?') == std::string::npos ? "?" : "&");
  if (behaviour_.callback_error.empty()) {
    const std::string code = next_name("code-");
    const std::string sid = behaviour_.keeps_session ? "sid-kept" : next_name("sid-");
    codes_[code] = {behaviour_.user, sid,  request.get_param_value("nonce"), request.get_param_value("code_challenge"),
                    redirect_uri,    false};
    codes_[code].wants_auth_time = request.has_param("max_age");
    last_sid_ = sid;
    location.append("code=").append(percent_encode(code));
  } else {
    location.append("error=").append(percent_encode(behaviour_.callback_error));
    location.append("&error_description=").append(percent_encode(behaviour_.callback_description));
  }
  location.append("&state=").append(percent_encode(request.get_param_value("state")));
  location.append("&iss=").append(percent_encode(issuer_ + (behaviour_.wrong_callback_issuer ? "/" : "")));
  response.set_redirect(location);
}

void StubProvider::token(const Request& request, Response& response) {
  std::unique_lock lock(mutex_);
  const auto change = changes_;
  if (behaviour_.token_hangs) changed_.wait_for(lock, kLongestHang, [&] { return stopping_ || changes_ != change; });
  if (behaviour_.token_status != 200)
    return answer(response, behaviour_.token_status, {{"error", behaviour_.token_error}});
  if (!behaviour_.token_body.empty()) return response.set_content(behaviour_.token_body, "application/json");
  if (!is_the_client(request)) return answer(response, 401, {{"error", "invalid_client"}});

  const auto redeemed = redeem(request);
  if (!redeemed) return answer(response, 400, {{"error", "invalid_grant"}});
  const std::string refresh_token = next_name("refresh-");
  refresh_tokens_[refresh_token] = *redeemed;
  const ProviderBehaviour behaviour = behaviour_;
  const TokenSigner signer = signer_;
  lock.unlock();

  auto body = tokens(*redeemed, behaviour, signer);
  body["refresh_token"] = refresh_token;
  answer(response, 200, body);
}

// Under the lock.
std::optional<StubProvider::Grant> StubProvider::redeem(const Request& request) {
  const std::string type = request.get_param_value("grant_type");
  Grant grant;
  if (type == "client_credentials") {
    grant.user = "nobody";
  } else if (type == "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    grant.user = "exchanged";
    if (request.get_param_value("assertion").empty()) return std::nullopt;
  } else if (type == "password") {
    grant.user = request.get_param_value("username");
    grant.sid = next_name("sid-");
    last_sid_ = grant.sid;
    if (request.get_param_value("password") != behaviour_.password) return std::nullopt;
  } else {
    const bool refresh = type == "refresh_token";
    auto& grants = refresh ? refresh_tokens_ : codes_;
    const auto found = grants.find(request.get_param_value(refresh ? "refresh_token" : "code"));
    if (found == grants.end()) return std::nullopt;
    grant = found->second;
    const bool good = refresh || (grant.redirect_uri == request.get_param_value("redirect_uri") &&
                                  grant.code_challenge == s256(request.get_param_value("code_verifier")));
    if (!good) return std::nullopt;
    grants.erase(found);
    if (refresh) grant.nonce.clear();
  }
  return grant;
}

json StubProvider::access_claims(const Grant& grant, const ProviderBehaviour& behaviour) const {
  const auto now = std::time(nullptr);
  json claims{{"iss", issuer_ + (behaviour.wrong_issuer ? "/" : "")},
              {"sub", grant.user + "-sub"},
              {"aud", kClientId},
              {"cid", kClientId},
              {"zid", "a-zone"},
              {"iat", now},
              {"exp", now + behaviour.access_token_lifetime},
              {"sid", grant.sid},
              {"preferred_username", grant.user},
              {"scope", behaviour.scope}};
  if (!behaviour.subdomain.empty()) claims["ext_attr"] = {{"zdn", behaviour.subdomain}};
  if (behaviour.padding != 0) claims["padding"] = std::string(behaviour.padding, 'p');
  return claims;
}

json StubProvider::tokens(const Grant& grant, const ProviderBehaviour& behaviour, const TokenSigner& signer) const {
  const json access = access_claims(grant, behaviour);
  json claims = access;
  for (const char* name : {"scope", "padding", "cid", "zid", "ext_attr"}) claims.erase(name);
  claims["exp"] = std::time(nullptr) + kIdTokenLifetime;
  if (behaviour.id_padding != 0) claims["padding"] = std::string(behaviour.id_padding, 'p');
  if (grant.wants_auth_time && behaviour.proved_seconds_ago >= 0)
    claims["auth_time"] = std::time(nullptr) - behaviour.proved_seconds_ago;
  if (!grant.nonce.empty()) claims["nonce"] = behaviour.wrong_nonce ? "another" : grant.nonce;
  std::string id_token = signer.sign(claims);
  if (behaviour.broken_signature) id_token = with_broken_signature(id_token);
  return {{"token_type", "Bearer"},
          {"expires_in", behaviour.access_token_lifetime},
          {"scope", behaviour.scope},
          {"access_token", signer.sign(access, {{"typ", "at+jwt"}})},
          {"id_token", id_token}};
}

std::string StubProvider::access_token(const json& changes) const {
  const std::lock_guard lock(mutex_);
  json claims = access_claims({behaviour_.user, {}, {}, {}, {}}, behaviour_);
  claims.merge_patch(changes);
  return signer_.sign(claims, {{"typ", "at+jwt"}});
}

std::string StubProvider::logout_token(const json& changes, const std::string& type) const {
  const std::lock_guard lock(mutex_);
  const auto now = std::time(nullptr);
  json claims{{"iss", issuer_},
              {"aud", kClientId},
              {"iat", now},
              {"exp", now + 120},
              {"jti", std::to_string(now) + "-" + std::to_string(calls_.size())},
              {"sid", last_sid_},
              {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  claims.merge_patch(changes);
  return signer_.sign(claims, type.empty() ? json::object() : json{{"typ", type}});
}

}  // namespace router::test

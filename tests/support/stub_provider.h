// A scriptable OpenID provider: approves every login at once for the user it is set to, does the code flow with PKCE,
// password grant, refresh, revocation and end-session properly, and misbehaves exactly as told. It is an xsuaa as well,
// below the same URL (binding()), and the authorization server of bound services (client credentials, jwt-bearer).
//
//   StubProvider provider;
//   provider.behave({.user = "bob", .wrong_nonce = true});
//
// Served by cpp-httplib on the loopback interface, several threads; the members may be called from any thread. What it
// is asked is kept in calls(). Tokens are signed with tests/support/token_signer.h (RS256).
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/token_signer.h"

namespace httplib {
struct Request;
struct Response;
class Server;
}  // namespace httplib

namespace router::test {

struct ProviderBehaviour {
  std::string user = "alice";
  std::string scope = "openid";
  int access_token_lifetime = 600;  // seconds
  std::string password = "secret";  // of every user
  std::string subdomain;            // of the tenant, in access tokens (ext_attr.zdn)
  // What is wrong.
  bool wrong_nonce = false;
  bool broken_signature = false;
  bool wrong_issuer = false;           // in the id_token
  bool wrong_callback_issuer = false;  // in the `iss` parameter
  int token_status = 200;              // anything else: that status and no tokens
  std::string token_error = "server_error";
  bool token_hangs = false;    // until the behaviour changes
  std::string token_body;      // instead of tokens, with 200
  std::string callback_error;  // instead of a code, with `callback_description`
  std::string callback_description;
  bool end_session_endpoint = true;  // in the metadata
  int proved_seconds_ago = 0;        // auth_time where max_age is asked for; negative: does not say
  std::size_t id_padding = 0;        // the same of the id token
  bool keeps_session = false;        // every login has the same sid
  std::size_t padding = 0;           // bytes of a claim that makes the access token longer
};

struct ProviderCall {
  std::string path;
  std::string authorization;
  std::map<std::string, std::string> parameters;
  std::string parameter(const std::string& name) const {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string() : found->second;
  }
};

class StubProvider {
 public:
  explicit StubProvider(int port = 0);
  ~StubProvider();
  StubProvider(const StubProvider&) = delete;
  StubProvider& operator=(const StubProvider&) = delete;

  const std::string& issuer() const { return issuer_; }
  static constexpr const char* kClientId = "the-client";
  static constexpr const char* kClientSecret = "a-secret:%+ &-for-form-encoding";
  // OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET
  std::map<std::string, std::string> variables() const;
  // The credentials of a binding: of kind oidc, ias or xsuaa alike.
  nlohmann::json credentials() const;

  void behave(ProviderBehaviour behaviour);
  // From now on signs with another key, and shows only that one.
  void rotate_keys();

  std::vector<ProviderCall> calls(std::string_view path) const;
  std::size_t count(std::string_view path) const { return calls(path).size(); }
  std::size_t grants(const std::string& type) const;  // calls of /token with that grant_type
  std::string last_sid() const;

  // For x-approuter-authorization; `changes` are laid over the claims, null removes one.
  std::string access_token(const nlohmann::json& changes = nlohmann::json::object()) const;
  // For a POST to the router's back-channel endpoint; `changes` are laid over the claims, null removes one.
  std::string logout_token(const nlohmann::json& changes = nlohmann::json::object(),
                           const std::string& type = "logout+jwt") const;

 private:
  struct Grant {
    std::string user, sid, nonce, code_challenge, redirect_uri;
    bool wants_auth_time = false;
  };

  void add_endpoints();
  void authorize(const httplib::Request& request, httplib::Response& response);
  void token(const httplib::Request& request, httplib::Response& response);
  std::optional<Grant> redeem(const httplib::Request& request);
  nlohmann::json access_claims(const Grant& grant, const ProviderBehaviour& behaviour) const;
  nlohmann::json tokens(const Grant& grant, const ProviderBehaviour& behaviour, const TokenSigner& signer) const;
  void note(const httplib::Request& request);
  std::string next_name(const char* prefix);

  std::unique_ptr<httplib::Server> server_;
  std::string issuer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  ProviderBehaviour behaviour_;
  TokenSigner signer_;
  std::map<std::string, Grant> codes_;
  std::map<std::string, Grant> refresh_tokens_;
  std::vector<ProviderCall> calls_;
  std::string last_sid_;
  std::size_t names_ = 0;
  std::size_t changes_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace router::test

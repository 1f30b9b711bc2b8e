// A router reduced to its logout, with a transmitter of signals whose keys it fetches: right tokens and wrong ones.
#pragma once

#include "identity/addresses.h"
#include "identity/metadata.h"
#include "identity/token_issuer.h"
#include "logout/world.h"
#include "support/fake_http_client.h"
#include "support/token_signer.h"

namespace router::test {

inline const std::string kCaep = "https://schemas.openid.net/secevent/caep/event-type/";
inline const std::string kRisc = "https://schemas.openid.net/secevent/risc/event-type/";
inline constexpr const char* kRisk = "https://risk.example";
inline constexpr const char* kAudience = "https://app.example";

class SignalsWorld : public World {
 public:
  SignalsWorld() {
    clock.set_wall(base::WallTime(std::chrono::seconds(1'800'000'000)));
    bind(config::ProviderKind::oidc);
    config.signals.endpoint = "/signals";
    config.signals.transmitters.push_back({kRisk, kAudience, base::Secret(std::string("Bearer push-secret")), {}});
    config.destinations["bank"] = make_destination("bank");
    keys.set_answer([this](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
      if (is_away) return base::Error{base::ErrorCode::refused, request.side, "nobody listens", true};
      if (request.url.path == "/keys") return answer_json(200, jwks({TokenSigner::shared_rsa()}));
      const std::string issuer = request.url.scheme + "://" + request.url.host;
      return answer_json(200, nlohmann::json{{"issuer", issuer}, {"jwks_uri", issuer + "/keys"}}.dump());
    });
    make_parts = [this](logout::Parts& parts) {
      parts.transmitters = std::make_shared<identity::TokenIssuers>(
          std::vector<std::string>{kRisk}, identity::transmitter_url, identity::Parts{keys, loop, clock});
    };
  }

  long long now() const { return base::unix_seconds(clock.wall()); }

  static nlohmann::json ada() { return {{"format", "iss_sub"}, {"iss", "https://idp.example"}, {"sub", "ada"}}; }
  // The claims of a right one; `changes` are laid over them, null removes one.
  nlohmann::json set(const nlohmann::json& subject = ada(), const std::string& event = kCaep + "session-revoked",
                     const nlohmann::json& changes = nlohmann::json::object()) {
    nlohmann::json claims{
        {"iss", kRisk},   {"aud", kAudience},  {"jti", "jti-" + std::to_string(++sets_)},      {"iat", now()},
        {"txn", "txn-7"}, {"sub_id", subject}, {"events", {{event, nlohmann::json::object()}}}};
    claims.merge_patch(changes);
    return claims;
  }
  static std::string sign(const nlohmann::json& claims, const std::string& typ = "secevent+jwt") {
    return TokenSigner::shared_rsa().sign(claims, {{"typ", typ}});
  }
  std::optional<http::Response> push(const std::string& token, const HeaderList& changes = {}) {
    HeaderList fields{{"Content-Type", "application/secevent+jwt"}, {"Authorization", "Bearer push-secret"}};
    for (const auto& [name, value] : changes) {
      std::erase_if(fields, [&name = name](const auto& field) { return field.first == name; });
      if (!value.empty()) fields.emplace_back(name, value);
    }
    auto answer = send(Request("POST", "/signals", fields), nullptr, token);
    loop.run_ready();
    return answer;
  }
  std::optional<http::Response> push_set(const nlohmann::json& claims) { return push(sign(claims)); }

  FakeHttpClient keys;  // asked for metadata and keys
  bool is_away = false;

 private:
  int sets_ = 0;
};

// The registered code of a refusal; "" if there is none.
inline std::string err_of(const std::optional<http::Response>& response) {
  const auto body = nlohmann::json::parse(response ? response->body : "", nullptr, false);
  return body.is_object() && body.contains("err") ? body["err"].get<std::string>() : "";
}

}  // namespace router::test

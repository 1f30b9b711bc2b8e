// A router with a provider, two protected back-ends and somebody who sends it signals.
#pragma once

#include <ctime>

#include "e2e/sign_on_fixture.h"
#include "support/token_signer.h"

namespace router::test {

// Publishes its keys, and makes tokens: of signals, and those that ask for a global revocation.
class Transmitter {
 public:
  static constexpr const char* kAudience = "https://app.example.com";
  static constexpr const char* kSecret = "Bearer the-push-secret";

  Transmitter() {
    const auto document = nlohmann::json{{"issuer", issuer()}, {"jwks_uri", issuer() + "/keys"}}.dump();
    for (const char* path : {"/.well-known/ssf-configuration", "/.well-known/openid-configuration"})
      server_.on(path, answers(ok(document)));
    server_.on("/keys", answers(ok(jwks({key_}))));
  }

  std::string issuer() const { return server_.origin(); }
  const TokenSigner& key() const { return key_; }

  nlohmann::json claims(const nlohmann::json& subject, const std::string& event,
                        const nlohmann::json& details = nlohmann::json::object()) {
    return {{"iss", issuer()},
            {"aud", kAudience},
            {"jti", "jti-" + std::to_string(++made_)},
            {"iat", std::time(nullptr)},
            {"txn", "txn-1"},
            {"sub_id", subject},
            {"events", {{event, details}}}};
  }
  std::string sign(const nlohmann::json& set) const { return key_.sign(set, {{"typ", "secevent+jwt"}}); }
  std::string revocation_token(const std::string& audience, const nlohmann::json& changes = nlohmann::json::object()) {
    const auto now = std::time(nullptr);
    nlohmann::json asked{
        {"iss", issuer()}, {"aud", audience}, {"iat", now}, {"exp", now + 60}, {"jti", "r-" + std::to_string(++made_)}};
    asked.merge_patch(changes);
    return key_.sign(asked, {{"typ", "global-token-revocation+jwt"}});
  }

 private:
  static std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  RecordingBackend server_;
  TokenSigner key_ = TokenSigner::ec("transmitter-1");
  int made_ = 0;
};

inline constexpr const char* kCaepUri = "https://schemas.openid.net/secevent/caep/event-type/";
inline constexpr const char* kRiscUri = "https://schemas.openid.net/secevent/risc/event-type/";
inline constexpr const char* kRevocationUrl = "https://app.example.com/global-token-revocation";

struct SignalsFixture {
  static RouterSetup setup(const StubProvider& provider, const RecordingBackend& orders,
                           const RecordingBackend& invoices, const Transmitter& transmitter) {
    auto made = sign_on_setup(provider, orders.origin(), invoices.origin());
    made.descriptor["signals"] = {
        {"endpoint", "/signals"},
        {"transmitters",
         {{{"issuer", transmitter.issuer()}, {"audience", Transmitter::kAudience}, {"delivery", "push"}}}},
        {"globalRevocation",
         {{"endpoint", "/global-token-revocation"},
          {"issuers", {transmitter.issuer()}},
          {"audience", kRevocationUrl}}}};
    made.environment["SIGNALS_SECRETS"] = nlohmann::json{{transmitter.issuer(), Transmitter::kSecret}}.dump();
    return made;
  }

  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  Transmitter transmitter;
  RouterProcess router{setup(provider, orders, invoices, transmitter)};

  nlohmann::json alice() const { return {{"format", "iss_sub"}, {"iss", provider.issuer()}, {"sub", "alice-sub"}}; }
  Browser signed_in() { return signed_in_at(router); }
  bool is_signed_in(const Browser& browser) { return is_a_session(browser); }
  RawAnswer push(const std::string& token, const std::string& authorization = Transmitter::kSecret) {
    return ask(router.port(), make_request("POST", "/signals",
                                           {{"Content-Type", "application/secevent+jwt"},
                                            {"Accept", "application/json"},
                                            {"Authorization", authorization}},
                                           token));
  }
  RawAnswer push(const nlohmann::json& subject, const std::string& event,
                 const nlohmann::json& details = nlohmann::json::object()) {
    return push(transmitter.sign(transmitter.claims(subject, event, details)));
  }
  RawAnswer revoke(const nlohmann::json& body, const std::string& token) {
    return ask(router.port(),
               make_request("POST", "/global-token-revocation",
                            {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token}}, body.dump()));
  }
};

}  // namespace router::test

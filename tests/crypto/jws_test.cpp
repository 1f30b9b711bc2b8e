#include "crypto/jws.h"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include "crypto/digest.h"
#include "support/hostile_json.h"
#include "support/token_signer.h"

namespace router::jws_test {

using crypto::asymmetric_algorithms;
using crypto::KeySet;
using crypto::verify_jws;
using nlohmann::json;
using test::TokenSigner;

namespace {

KeySet keys_of(std::initializer_list<TokenSigner> signers) { return *KeySet::parse(test::jwks(signers)); }

bool refused(const std::string& token, const KeySet& keys, const crypto::Algorithms& allowed) {
  const auto result = verify_jws(token, keys, allowed);
  return !result && result.error().code == base::ErrorCode::unauthenticated &&
         result.error().side == base::Side::identity_provider;
}

const json kClaims{{"sub", "alice"}};

}  // namespace

TEST_CASE("jws: the examples of RFC 7515 appendix A.2 and A.3 verify") {
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string rsa_key =
      R"({"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2m)"
      R"(JPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM)"
      R"(dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAc)"
      R"(o9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]})";
  const std::string rsa_token =
      "eyJhbGciOiJSUzI1NiJ9." + payload +
      ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
      "O8W2Fp5jujGbds9uJdbF9CU"
      "Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
      "eSN9383LcOLn6_dO-"
      "-xi12jzDwusC-"
      "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_I"
      "oypGlUPQGe77Rw";
  const std::string ec_key = R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                             R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
  const std::string ec_token =
      "eyJhbGciOiJFUzI1NiJ9." + payload +
      ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
  for (const auto& [key, token] : {std::pair{rsa_key, rsa_token}, std::pair{ec_key, ec_token}}) {
    const auto verified = verify_jws(token, *KeySet::parse(key), asymmetric_algorithms());
    REQUIRE(verified);
    CHECK(verified->payload == "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  }
}

TEST_CASE("jws: every asymmetric algorithm verifies with its own kind of key, and not when broken") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  const TokenSigner signers[] = {TokenSigner::ec("e256"), TokenSigner::ec("e384", "P-384"),
                                 TokenSigner::ec("e521", "P-521")};
  const auto keys = keys_of({rsa, signers[0], signers[1], signers[2]});
  std::vector<std::string> tokens;
  for (const char* alg : {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
    tokens.push_back(rsa.sign(kClaims, {{"alg", alg}}));
  for (const auto& signer : signers) tokens.push_back(signer.sign(kClaims));
  CHECK(tokens.size() == asymmetric_algorithms().size());
  for (const auto& token : tokens) {
    CAPTURE(token);
    const auto verified = verify_jws(token, keys, asymmetric_algorithms());
    REQUIRE(verified);
    CHECK(verified->payload == kClaims.dump());
    CHECK(refused(test::with_broken_signature(token), keys, asymmetric_algorithms()));
    CHECK(refused(test::with_other_claims(token, {{"sub", "mallory"}}), keys, asymmetric_algorithms()));
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("jws: header, kid and typ come back with the payload") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  const auto verified = verify_jws(rsa.sign(kClaims, {{"typ", "logout+jwt"}}), keys_of({rsa}), asymmetric_algorithms());
  REQUIRE(verified);
  CHECK(verified->header.alg == "RS256");
  CHECK(verified->header.kid == "rsa-1");
  CHECK(verified->header.typ == "logout+jwt");
}

TEST_CASE("jws: alg none is refused, even by an allow-list that names it") {
  const auto keys = keys_of({TokenSigner::shared_rsa()});
  const crypto::Algorithms careless{"none", "None", "", "RS256"};
  CHECK(refused(test::unsigned_token(kClaims), keys, careless));
  CHECK(refused(test::unsigned_token(kClaims) + "AAAA", keys, careless));
  CHECK(refused(TokenSigner::shared_rsa().sign(kClaims, {{"alg", "None"}}), keys, careless));
  CHECK(refused(TokenSigner::shared_rsa().sign(kClaims, {{"alg", ""}}), keys, careless));
}

TEST_CASE("jws: the RSA public key never serves as HMAC secret (algorithm confusion)") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  const auto keys = keys_of({rsa});
  for (const std::string& secret :
       {rsa.public_pem(), rsa.public_jwk().dump(), rsa.public_jwk()["n"].get<std::string>()}) {
    const auto forged = TokenSigner::hmac(secret).sign(kClaims, {{"kid", "rsa-1"}});
    CHECK(refused(forged, keys, asymmetric_algorithms()));
    CHECK(refused(forged, keys, {"RS256", "HS256"}));
  }
}

TEST_CASE("jws: HS256 verifies with the client secret and nothing else") {
  const auto keys = KeySet::from_secret(base::Secret("a client secret of some length!!"));
  const auto signer = TokenSigner::hmac("a client secret of some length!!");
  CHECK(verify_jws(signer.sign(kClaims), keys, {"HS256"}));
  CHECK(verify_jws(signer.sign(kClaims, {{"kid", "whatever"}}), keys, {"HS256"}));
  CHECK(refused(test::with_broken_signature(signer.sign(kClaims)), keys, {"HS256"}));
  CHECK(refused(TokenSigner::hmac("another secret").sign(kClaims), keys, {"HS256"}));
  CHECK(refused(signer.sign(kClaims), keys, asymmetric_algorithms()));
  CHECK(refused(signer.sign(kClaims), KeySet::from_secret(base::Secret()), {"HS256"}));
  CHECK(refused(TokenSigner::hmac("").sign(kClaims), KeySet::from_secret(base::Secret()), {"HS256"}));
}

TEST_CASE("jws: an algorithm outside the caller's list is refused though the key would fit") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  CHECK(refused(rsa.sign(kClaims, {{"alg", "RS512"}}), keys_of({rsa}), {"RS256"}));
  CHECK(refused(rsa.sign(kClaims), keys_of({rsa}), {"ES256"}));
  CHECK(refused(rsa.sign(kClaims), keys_of({rsa}), {}));
}

TEST_CASE("jws: a key that names its algorithm serves no other") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  json key = rsa.public_jwk();
  key["alg"] = "RS256";
  const auto keys = *KeySet::parse(json{{"keys", {key}}}.dump());
  CHECK(verify_jws(rsa.sign(kClaims), keys, asymmetric_algorithms()));
  CHECK(refused(rsa.sign(kClaims, {{"alg", "PS256"}}), keys, asymmetric_algorithms()));
}

TEST_CASE("jws: kid absent tries every fitting key, kid present only its own") {
  const TokenSigner nameless = TokenSigner::shared_rsa().named("");
  const TokenSigner& other = TokenSigner::other_rsa();
  CHECK(verify_jws(nameless.sign(kClaims), keys_of({TokenSigner::shared_rsa()}), asymmetric_algorithms()));
  CHECK(verify_jws(nameless.sign(kClaims), keys_of({TokenSigner::ec("e"), other, TokenSigner::shared_rsa()}),
                   asymmetric_algorithms()));
  CHECK(refused(nameless.sign(kClaims), keys_of({TokenSigner::ec("e"), other}), asymmetric_algorithms()));
  CHECK(refused(TokenSigner::shared_rsa().sign(kClaims, {{"kid", "rsa-2"}}),
                keys_of({TokenSigner::shared_rsa(), other}), asymmetric_algorithms()));
  CHECK(refused(TokenSigner::shared_rsa().sign(kClaims, {{"kid", "unknown"}}), keys_of({TokenSigner::shared_rsa()}),
                asymmetric_algorithms()));
}

TEST_CASE("jws: keys inside the token are not looked at") {
  const TokenSigner& mallory = TokenSigner::other_rsa();
  const auto keys = keys_of({TokenSigner::shared_rsa()});
  const json headers[] = {{{"kid", "rsa-1"}, {"jwk", mallory.public_jwk()}},
                          {{"kid", "rsa-1"}, {"jku", "https://evil.example/keys"}},
                          {{"kid", "rsa-1"}, {"x5u", "https://evil.example/cert"}},
                          {{"kid", "rsa-1"}, {"x5c", json::array({"AAAA"})}}};
  for (const auto& header : headers) {
    CHECK(refused(mallory.sign(kClaims, header), keys, asymmetric_algorithms()));
    CHECK(verify_jws(TokenSigner::shared_rsa().sign(kClaims, header), keys, asymmetric_algorithms()));
  }
}

TEST_CASE("jws: a header that is not strictly one is refused before any key is tried") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  const auto keys = keys_of({rsa});
  const std::string headers[] = {R"({"alg":"RS256","crit":["exp"],"exp":1})",
                                 R"({"alg":"RS256","crit":[]})",
                                 R"({"alg":"RS256","crit":["b64"],"b64":false})",
                                 R"({"alg":"RS256","alg":"RS256"})",
                                 R"({"alg":["RS256"]})",
                                 R"({"alg":"RS256","kid":1})",
                                 R"({"alg":"RS256","typ":{}})",
                                 R"({"typ":"JWT"})",
                                 R"(["RS256"])",
                                 R"("RS256")",
                                 "{",
                                 "\xff"};
  for (const auto& header : headers) {
    CAPTURE(header);
    CHECK(refused(rsa.sign_text(header, kClaims.dump(), "RS256"), keys, asymmetric_algorithms()));
  }
}

TEST_CASE("jws: what is no compact JWS is refused") {
  const TokenSigner& rsa = TokenSigner::shared_rsa();
  const auto keys = keys_of({rsa});
  const auto good = rsa.sign(kClaims);
  const std::string rows[] = {"",
                              ".",
                              "..",
                              "a.b.c",
                              "a.b",
                              good + ".",
                              "." + good,
                              good + "=",
                              good + "\n",
                              " " + good,
                              good + ".AA",
                              good.substr(0, good.rfind('.')),
                              good.substr(0, good.rfind('.') + 1),
                              good.substr(0, good.size() - 4),
                              std::string(crypto::kMaxTokenBytes + 1, 'a')};
  for (const auto& token : rows) {
    CAPTURE(token.substr(0, 60));
    CHECK(refused(token, keys, asymmetric_algorithms()));
  }
}

TEST_CASE("jws: an ECDSA signature must have exactly the length of its algorithm") {
  const auto signer = TokenSigner::ec("e");
  const auto keys = keys_of({signer});
  const auto good = signer.sign(kClaims);
  const auto input = good.substr(0, good.rfind('.') + 1);
  for (const std::size_t length : {0U, 1U, 2U, 63U, 65U, 128U, 132U}) {
    CHECK(refused(input + test::encode_base64url(std::string(length, '\0')), keys, asymmetric_algorithms()));
  }
  CHECK(refused(input + test::encode_base64url(std::string(64, '\0')), keys, asymmetric_algorithms()));
}

TEST_CASE("jws: a token for another curve is not checked with this one's key") {
  const auto small = TokenSigner::ec("e");
  const auto large = TokenSigner::ec("e", "P-384");
  CHECK(refused(large.sign(kClaims), keys_of({small}), asymmetric_algorithms()));
  CHECK(refused(small.sign(kClaims), keys_of({large}), asymmetric_algorithms()));
}

TEST_CASE("jws: whatever fills a header or a payload, the token is refused [S1]") {
  const auto keys = KeySet::from_secret(base::Secret("secret"));
  const crypto::Algorithms allowed{"HS256"};
  for (const auto& row : test::hostile_json(40'000)) {
    CAPTURE(row.name);
    const auto filled = crypto::base64url_encode(row.text);
    CHECK_FALSE(crypto::read_jws_header(filled + ".e30.c2ln", allowed));
    CHECK_FALSE(verify_jws(filled + ".e30.c2ln", keys, allowed));
    CHECK_FALSE(verify_jws("eyJhbGciOiJIUzI1NiJ9." + filled + ".c2ln", keys, allowed));
  }
}

}  // namespace router::jws_test

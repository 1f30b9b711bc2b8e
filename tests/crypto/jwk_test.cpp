#include "crypto/jwk.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/token_signer.h"

namespace router::jwk_test {

using crypto::KeySet;
using nlohmann::json;
using test::TokenSigner;

namespace {

std::size_t usable(const json& keys) {
  const auto set = KeySet::parse(json{{"keys", keys}}.dump());
  return set ? set->keys().size() : 0;
}

json changed(json key, const json& patch) {
  key.merge_patch(patch);
  return key;
}

}  // namespace

TEST_CASE("jwk: RSA and EC keys of all three curves are read") {
  const auto set = KeySet::parse(test::jwks({TokenSigner::shared_rsa(), TokenSigner::ec("e1"),
                                             TokenSigner::ec("e2", "P-384"), TokenSigner::ec("e3", "P-521")}));
  REQUIRE(set);
  CHECK(set->keys().size() == 4);
  CHECK(set->contains("rsa-1"));
  CHECK(set->contains("e3"));
  CHECK_FALSE(set->contains("e4"));
  CHECK_FALSE(set->contains(""));
}

TEST_CASE("jwk: unusable keys are skipped, the others kept") {
  const json rsa = TokenSigner::shared_rsa().public_jwk();
  const json ec = TokenSigner::ec("e").public_jwk();
  const std::string other_x = TokenSigner::ec("f").public_jwk()["x"];
  const std::string n = rsa["n"];
  struct Row {
    const char* name;
    json key;
  };
  const Row rows[] = {
      {"use enc", changed(rsa, {{"use", "enc"}})},
      {"use is no string", changed(rsa, {{"use", 1}})},
      {"key_ops without verify", changed(rsa, {{"key_ops", json::array({"encrypt"})}})},
      {"key_ops is no array", changed(rsa, {{"key_ops", "verify"}})},
      {"kid is no string", changed(rsa, {{"kid", 7}})},
      {"kty unknown", changed(rsa, {{"kty", "OKP"}})},
      {"kty missing", changed(rsa, {{"kty", nullptr}})},
      {"a symmetric key in public", {{"kty", "oct"}, {"k", "c2VjcmV0"}, {"kid", "o"}}},
      {"n missing", changed(rsa, {{"n", nullptr}})},
      {"n not base64url", changed(rsa, {{"n", n + "=="}})},
      {"n is no string", changed(rsa, {{"n", 17}})},
      {"n of 1024 bits", changed(rsa, {{"n", n.substr(0, 172)}})},
      {"n of zeros", changed(rsa, {{"n", std::string(400, 'A')}})},
      {"n of 16384 bits", changed(rsa, {{"n", std::string(2732, '_')}})},
      {"e of 1", changed(rsa, {{"e", "AQ"}})},
      {"e even", changed(rsa, {{"e", "AQAA"}})},
      {"e of nine bytes", changed(rsa, {{"e", "AQEBAQEBAQEB"}})},
      {"crv unknown", changed(ec, {{"crv", "secp256k1"}})},
      {"crv missing", changed(ec, {{"crv", nullptr}})},
      {"x of the wrong length", changed(ec, {{"x", "AQAB"}})},
      {"a point off the curve", changed(ec, {{"x", other_x}})},
      {"no object", "key"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(usable(json::array({row.key})) == 0);
    CHECK(usable(json::array({row.key, rsa})) == 1);
  }
}

TEST_CASE("jwk: a key without use, with key_ops verify, or with leading zeros is usable") {
  const json rsa = TokenSigner::shared_rsa().public_jwk();
  CHECK(usable(json::array({changed(rsa, {{"use", nullptr}})})) == 1);
  CHECK(usable(json::array({changed(rsa, {{"key_ops", json::array({"sign", "verify"})}})})) == 1);
  CHECK(usable(json::array({changed(rsa, {{"e", "AAEAAQ"}})})) == 1);
}

TEST_CASE("jwk: at most 100 of 4,000 keys are kept") {
  json keys = json::array();
  const json ec = TokenSigner::ec("e").public_jwk();
  for (int i = 0; i < 4'000; ++i) keys.push_back(changed(ec, {{"kid", std::to_string(i)}}));
  CHECK(usable(keys) == KeySet::kMaxKeys);
}

TEST_CASE("jwk: what is no key set is a protocol error") {
  const std::string rows[] = {"",
                              "<html>",
                              "[]",
                              "{}",
                              R"({"keys":{}})",
                              "{\"keys\":[]}",
                              "{\"keys\":[1]}",
                              R"({"keys":[],"keys":[]})",
                              std::string(KeySet::kMaxBytes + 1, ' ')};
  for (const auto& text : rows) {
    CAPTURE(text.substr(0, 40));
    const auto set = KeySet::parse(text);
    REQUIRE_FALSE(set);
    CHECK(set.error().code == base::ErrorCode::protocol);
    CHECK(set.error().side == base::Side::identity_provider);
  }
}

TEST_CASE("jwk: an empty secret makes no key") {
  CHECK(KeySet::from_secret(base::Secret("")).empty());
  CHECK(KeySet::from_secret(base::Secret("secret")).keys().size() == 1);
}

}  // namespace router::jwk_test

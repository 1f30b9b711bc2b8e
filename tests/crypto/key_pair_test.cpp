#include "crypto/key_pair.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/certificates.h"

namespace router::crypto::test::key_pair_test {
namespace {

TEST_CASE("key pair: certificate, chain and key have to be PEM and belong together") {
  const auto own = router::test::make_self_signed("own.example");
  const auto other = router::test::make_self_signed("other.example");
  const std::string begin = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const std::string encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const std::string old_form =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n"
      "\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n";
  struct Row {
    const char* name;
    std::string certificates;
    std::string key;
    std::optional<KeyPairFault> fault;
  };
  const std::vector<Row> rows = {
      {"a pair", own.certificate, own.key, std::nullopt},
      {"with a chain", own.certificate + other.certificate, own.key, std::nullopt},
      {"text around", "Bag Attributes\n" + own.certificate + "\n", own.key + "\n", std::nullopt},
      {"no PEM", "CERT", own.key, KeyPairFault::certificate},
      {"nothing", "", "", KeyPairFault::certificate},
      {"bad bytes", begin, own.key, KeyPairFault::certificate},
      {"a bad one in the chain", own.certificate + begin, own.key, KeyPairFault::certificate},
      {"no key", own.certificate, "KEY", KeyPairFault::key},
      {"a certificate as key", own.certificate, own.certificate, KeyPairFault::key},
      {"a key with a passphrase", own.certificate, encrypted, KeyPairFault::encrypted},
      {"another form of it", own.certificate, old_form, KeyPairFault::encrypted},
      {"another's key", own.certificate, other.key, KeyPairFault::mismatch},
      {"the chain first", other.certificate + own.certificate, own.key, KeyPairFault::mismatch}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK((find_key_pair_fault(row.certificates, base::Secret(row.key)) == row.fault));
  }
}

}  // namespace
}  // namespace router::crypto::test::key_pair_test

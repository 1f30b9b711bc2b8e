#include "crypto/digest.h"

#include <doctest/doctest.h>

#include <set>

#include "crypto/random.h"

namespace router::digest_test {

using namespace router::crypto;

TEST_CASE("digest: SHA-256 and HMAC give the published values") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231 test case 2
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_sha256("", "").size() == 32);
}

TEST_CASE("digest: base64 follows RFC 4648 section 10") {
  struct Row {
    const char* plain;
    const char* standard;
    const char* url_safe;
  };
  const Row rows[] = {{"", "", ""},
                      {"f", "Zg==", "Zg"},
                      {"fo", "Zm8=", "Zm8"},
                      {"foo", "Zm9v", "Zm9v"},
                      {"foob", "Zm9vYg==", "Zm9vYg"},
                      {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                      {"\xfb\xff\xbf", "+/+/", "-_-_"}};
  for (const Row& row : rows) {
    CAPTURE(row.plain);
    CHECK(base64_encode(row.plain) == row.standard);
    CHECK(base64url_encode(row.plain) == row.url_safe);
    CHECK(base64_decode(row.standard) == row.plain);
    CHECK(base64url_decode(row.url_safe) == row.plain);
  }
}

TEST_CASE("digest: only the one canonical base64 spelling is read") {
  for (const char* text : {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Zm 8", "Zm8\n", "+/+/", "Zg\xc3\xa4"}) {
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text));
  }
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zg===", "====", "-_-_", "Zm8=Zm8="}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
}

TEST_CASE("random: 10,000 tokens are all different and made of 43 unreserved characters") {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(random_token());
  CHECK(seen.size() == 10'000);
  CHECK(seen.begin()->size() == 43);
  CHECK(base64url_decode(*seen.begin())->size() == 32);
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(7).size() == 7);
}

}  // namespace router::digest_test

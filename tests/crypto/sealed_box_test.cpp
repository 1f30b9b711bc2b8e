#include "crypto/sealed_box.h"

#include <doctest/doctest.h>

#include "crypto/digest.h"

namespace router::sealed_box_test {

using router::base::Secret;
using router::crypto::SealedBox;

TEST_CASE("sealed box: what was sealed opens again, under the same secret, purpose and binding") {
  const SealedBox box(Secret("s3cret"), "login cookie");
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string("a\0b", 3), std::string(100'000, 'z')}) {
    CHECK(box.open(box.seal(plain)) == plain);
    CHECK(box.open(box.seal(plain, "name"), "name") == plain);
  }
  const SealedBox same(Secret("s3cret"), "login cookie");
  CHECK(same.open(box.seal("value")) == "value");
}

TEST_CASE("sealed box: the same value is never sealed twice alike, and does not show") {
  const SealedBox box(Secret("s3cret"), "p");
  const auto sealed = box.seal("plain text value");
  CHECK(sealed != box.seal("plain text value"));
  CHECK(router::crypto::base64url_decode(sealed)->find("plain") == std::string::npos);
}

TEST_CASE("sealed box: another secret, purpose or binding does not open it") {
  const SealedBox box(Secret("s3cret"), "login");
  const auto sealed = box.seal("value", "cookie-1");
  CHECK_FALSE(SealedBox(Secret("other"), "login").open(sealed, "cookie-1"));
  CHECK_FALSE(SealedBox(Secret("s3cret"), "outbox").open(sealed, "cookie-1"));
  CHECK_FALSE(box.open(sealed, "cookie-2"));
  CHECK_FALSE(box.open(sealed));
}

TEST_CASE("sealed box: a changed, cut or foreign value does not open") {
  const SealedBox box(Secret("s3cret"), "login");
  const auto sealed = box.seal("value");
  const auto bytes = *router::crypto::base64url_decode(sealed);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CAPTURE(i);
    CHECK_FALSE(box.open(router::crypto::base64url_encode(changed)));
    CHECK_FALSE(box.open(router::crypto::base64url_encode(bytes.substr(0, i))));
  }
  for (const char* junk : {"", "a", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    CHECK_FALSE(box.open(junk));
  CHECK_FALSE(box.open(std::string(1000, 'A')));
}

TEST_CASE("sealed box: what the secret before has sealed still opens, and nothing more is sealed with it [Q4]") {
  const Secret first("the first secret");
  const Secret second("the second one");
  const SealedBox before(first, "login");
  const SealedBox rotated(router::crypto::SealingSecrets{second, first}, "login");
  CHECK(rotated.open(before.seal("old", "x"), "x") == "old");
  CHECK_FALSE(rotated.open(before.seal("old", "x"), "y"));
  CHECK(SealedBox(second, "login").open(rotated.seal("new")) == "new");
  CHECK_FALSE(before.open(rotated.seal("new")));
  CHECK_FALSE(rotated.open(SealedBox(first, "outbox").seal("old")));
  CHECK_FALSE(SealedBox(second, "login").open(before.seal("old")));
}

TEST_CASE("sealed box: as bytes it is a third shorter, and as hard to change [Q4]") {
  const SealedBox box(Secret("s3cret"), "p");
  const auto sealed = box.seal_bytes(std::string(300, 'x'), "record 1");
  CHECK(sealed.size() == 300 + 12 + 16);
  CHECK(box.open_bytes(sealed, "record 1") == std::string(300, 'x'));
  CHECK_FALSE(box.open_bytes(sealed, "record 2"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(box.open_bytes(changed, "record 1"));
  }
}

}  // namespace router::sealed_box_test

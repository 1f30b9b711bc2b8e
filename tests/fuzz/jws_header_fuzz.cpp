// A token whose header is taken has the form of one and an algorithm that was allowed; none verifies without
// its key. The input is tried as a whole token and as the JSON of a header.
#include <algorithm>
#include <string>

#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "fuzz/fuzz.h"

using namespace router;
using fuzz::require;

namespace {

void check_token(std::string_view token) {
  static const crypto::Algorithms allowed = [] {
    auto names = crypto::asymmetric_algorithms();
    names.emplace_back("HS256");
    names.emplace_back("none");  // a mistake that must not count
    return names;
  }();
  static const auto secret = crypto::KeySet::from_secret(base::Secret("a secret that no input knows 0123456789"));
  const auto header = crypto::read_jws_header(token, allowed);
  require(!crypto::verify_jws(token, secret, allowed), "no token verifies without the key");
  if (!header) {
    require(!header.error().detail.empty(), "a refusal says why");
    return;
  }
  require(header->alg != "none", "none is never taken");
  require(std::find(allowed.begin(), allowed.end(), header->alg) != allowed.end(), "the algorithm was allowed");
  require(token.size() <= crypto::kMaxTokenBytes, "the token is not too long");
  require(std::count(token.begin(), token.end(), '.') == 2, "a token has three parts");
  require(!crypto::verify_jws(token, {}, allowed), "no keys, no token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  check_token(input);
  check_token(crypto::base64url_encode(input) + ".e30.c2lnbmF0dXJl");
  return 0;
}

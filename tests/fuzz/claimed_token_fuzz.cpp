// What a token says about itself is read without believing it: bounded, and never of what is no token. The
// input is tried as a whole token and as its claims.
#include <string>

#include "crypto/digest.h"
#include "crypto/jws.h"
#include "fuzz/fuzz.h"
#include "identity/claimed_token.h"

using namespace router;
using fuzz::require;

namespace {

void check(std::string_view token) {
  const auto claimed = identity::read_claimed_token(token);
  if (!claimed) return;
  require(token.size() <= crypto::kMaxTokenBytes, "the token is not too long");
  require(token.find('.') != std::string_view::npos, "a token has parts");
  require(claimed->parties.size() <= 68, "it names a bounded few");
  std::size_t bytes = claimed->issuer.size();
  for (const auto& party : claimed->parties) bytes += party.size();
  require(bytes <= token.size(), "nothing is added to what it says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::as_text(data, size);
  check(input);
  check("e30." + crypto::base64url_encode(input) + ".c2lnbmF0dXJl");
  return 0;
}

#include "crypto/random.h"

#include <openssl/rand.h>

#include <cstdlib>

#include "crypto/digest.h"

namespace router::crypto {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Without randomness no session id, state or nonce is worth anything: there is no way on.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

std::string random_token(std::size_t bytes) { return base64url_encode(random_bytes(bytes)); }

}  // namespace router::crypto

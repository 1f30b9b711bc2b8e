// Random bytes from the operating system's generator. Any thread.
#pragma once

#include <string>

namespace router::crypto {

std::string random_bytes(std::size_t count);
// base64url without padding; 32 bytes give 43 characters
std::string random_token(std::size_t bytes = 32);

}  // namespace router::crypto

// Hashes and encodings. Any thread. Source: FIPS 180-4, RFC 2104, RFC 4648.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace router::crypto {

std::string sha256(std::string_view data);                             // 32 bytes
std::string sha1(std::string_view data);                               // 20 bytes; a name, no proof of anything
std::string hmac_sha256(std::string_view key, std::string_view data);  // 32 bytes
std::string to_hex(std::string_view bytes);

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);     // padding required
std::string base64url_encode(std::string_view bytes);                // no padding
std::optional<std::string> base64url_decode(std::string_view text);  // no padding

}  // namespace router::crypto

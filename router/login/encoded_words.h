// Encoded words in header fields: =?UTF-8?B?...?= and =?UTF-8?Q?...?=, as REST clients send names and
// passwords.
//
// UTF-8, US-ASCII and ISO-8859-1 in, UTF-8 out. White space between two encoded words is no part of the text;
// whatever is not a complete encoded word stays as it is. Linear in the input. Pure; any thread.
// Source: RFC 2047 sections 2, 4 and 6.2; "Set Logout Details node" (X-OpenAM-Username, X-OpenAM-Password).
#pragma once

#include <string>
#include <string_view>

namespace router::login {

std::string decode_encoded_words(std::string_view text);

}  // namespace router::login

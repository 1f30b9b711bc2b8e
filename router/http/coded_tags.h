// Entity tags of answers that the router compresses: the tag says which coding it is of, and it comes off again.
//
// A strong tag names exact bytes, so "a" becomes "a--xs-gzip" or "a--xs-br" where the body is compressed on its way
// (RFC 9110 section 8.8.3.3). What the client says later with it is about the back-end's own "a": the suffix comes
// off in If-Match, If-None-Match, If-Range and WebDAV's If. Weak tags name a meaning and stay as they are.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/accept_encoding.h"
#include "http/headers.h"

namespace router::http {

// `tag`: the value of an ETag field. What is no strong tag comes back as it is.
std::string tag_in_coding(std::string_view tag, Coding coding);

// Whether the field of a request lists tags.
bool lists_tags(std::string_view field_name);
// Cheap: whether the value may have a tag of ours in it.
bool names_coded_tag(std::string_view value);
// The value with the suffix off every tag in it.
std::string without_codings(std::string_view value);

// The part of a compressed body that a client holds goes on with no part of the body as it was (RFC 9110 section
// 13.1.5): such a request asks for all of it.
bool has_part_of_coded(const Headers& request);

// The tag that the client of a 304 knows the answer by, where it asked for one of ours; absent: `tag` itself.
std::optional<std::string> tag_asked_for(const Headers& request, std::string_view tag);

}  // namespace router::http

// Placeholders in static files, as Mustache has them: {{NAME}} becomes the value, escaped for HTML; {{{NAME}}} and
// {{&NAME}} the value as it is.
//
// NAME is a variable of `replace.vars`, or service.property of `replace.services`; any other name becomes
// nothing. Braces around anything that is not a name (letters, digits, _ - . $, with blanks around it) stay
// as they are. Pure; any thread. Source: docs/contract/descriptor.md, "Static files"; behaviour of @sap/approuter,
// README "Replacements".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/model.h"

namespace router::backend {

// Whether the file is one with placeholders; `file` is relative to localDir.
bool has_placeholders(const config::Replacement& replacement, std::string_view file);

// Absent: the result would be longer than `limit` bytes.
std::optional<std::string> fill_placeholders(std::string_view text, const config::Replacement& replacement,
                                             std::size_t limit);

// The same piece by piece, for a loop that others wait for: takes some of `text` off, a fraction of a millisecond's
// worth, and appends what it becomes. False: `out` is longer than `limit`.
bool fill_some(std::string_view& text, const config::Replacement& replacement, std::size_t limit, std::string& out);

// The same for the same values: part of the entity tag, so that new values make new tags.
std::uint64_t fingerprint(const config::Replacement& replacement);

}  // namespace router::backend

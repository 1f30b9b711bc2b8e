// application/x-www-form-urlencoded, both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/headers.h"

namespace router::http {

// Whether a message with these headers has such a body.
bool is_form(const Headers& headers);
// Whatever its parameters; `type` in any case.
bool has_media_type(const Headers& headers, std::string_view type);

using FormFields = std::vector<std::pair<std::string, std::string>>;

std::string encode_form(const FormFields& fields);
// Absent if an escape is malformed. Repeated names are kept.
std::optional<FormFields> decode_form(std::string_view body);

}  // namespace router::http

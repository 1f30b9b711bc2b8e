// Finds the first byte of some kind in a text, many at a time: what every byte of a message goes through.
#pragma once

#include <cstddef>
#include <string_view>

namespace router::base {

// Each says where it is, or text.size() where there is none.

// Below 0x20, or DEL.
std::size_t find_control(std::string_view text);
// That a JSON string cannot hold as it is, or that is not ASCII: a control character, DEL, a quotation mark, a backslash,
// 0x80 and above.
std::size_t find_unquotable(std::string_view text);

// How many letters, digits and "-" the text begins with; fewer where it cannot be told in one step. Most names of fields
// are of nothing else.
std::size_t skip_name(std::string_view text);

}  // namespace router::base

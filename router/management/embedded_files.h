// What of static/console is compiled in.
#pragma once

#include <string_view>

namespace router::management {

// By its file name; an unknown name gives an empty view whose data() is null. Made by cmake/embed.cmake.
std::string_view embedded_file(std::string_view name);

}  // namespace router::management

// The people who can sign in to the demo. Pure; any thread.
#pragma once

#include <string_view>

namespace router::demo {

struct User {
  std::string_view name;
  std::string_view password;
  std::string_view full_name;
  std::string_view email;
};

// Null if the name is unknown.
const User* find_user(std::string_view name);
// Null unless the password is right too.
const User* check_password(std::string_view name, std::string_view password);

}  // namespace router::demo

#include "demo/users.h"

#include "base/secret.h"

namespace router::demo {
namespace {

constexpr User kUsers[] = {
    {"demo", "demo", "Dana Demo", "dana@example.com"},
    {"second", "second", "Sam Second", "sam@example.com"},
    // as the documents of the REST logout have it
    {"bjensen", "Ch4ng3it!", "Babs Jensen", "bjensen@example.com"},
};

}  // namespace

const User* find_user(std::string_view name) {
  for (const User& user : kUsers) {
    if (user.name == name) return &user;
  }
  return nullptr;
}

const User* check_password(std::string_view name, std::string_view password) {
  const User* user = find_user(name);
  if (user == nullptr || !base::Secret::constant_time_equal(user->password, password)) return nullptr;
  return user;
}

}  // namespace router::demo

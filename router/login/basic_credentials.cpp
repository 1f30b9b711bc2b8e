#include "login/basic_credentials.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"

namespace router::login {
namespace {

// What comes after the scheme; absent if it is another one.
std::optional<std::string_view> after_scheme(std::string_view field, std::string_view scheme) {
  field = base::trim(field);
  if (field.size() <= scheme.size() || field[scheme.size()] != ' ' ||
      !base::equals_ignoring_case(field.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  return base::trim(field.substr(scheme.size()));
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

std::optional<BasicCredentials> read_basic_credentials(std::string_view field) {
  const auto encoded = after_scheme(field, "Basic");
  const auto pair = encoded ? crypto::base64_decode(*encoded) : std::nullopt;
  if (!pair || has_control_characters(*pair)) return std::nullopt;
  const auto [user, password] = base::cut(*pair, ':');
  if (!password || user.empty()) return std::nullopt;
  return BasicCredentials{std::string(user), base::Secret(std::string(*password))};
}

std::optional<std::string> read_bearer_token(std::string_view field) {
  const auto token = after_scheme(field, "Bearer");
  const bool fits =
      token && !token->empty() && std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < 0x7F; });
  return fits ? std::optional<std::string>(*token) : std::nullopt;
}

}  // namespace router::login

// What a REST login asks for: the journey, and the credentials if they came along.
//
// Credentials come in X-OpenAM-Username and X-OpenAM-Password (encoded words are decoded), or in the body:
// the callbacks that an earlier answer held, filled in, with its authId. The authId is sealed and says which
// journey was begun when; the router keeps nothing of it. Bodies are hostile: at most kMaxRestBody bytes of
// JSON. Pure but for the sealing; any thread. Times are wall time, because they travel.
// Source: "Set Logout Details node"; docs/contract/logout.md section 3.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/secret.h"
#include "config/model.h"
#include "crypto/sealed_box.h"
#include "http/message.h"

namespace router::login {

inline constexpr std::size_t kMaxRestBody = 16 * 1024;

struct RestCredentials {
  std::string user;
  base::Secret password;
};

// How a login was begun.
struct RestStart {
  std::string journey;      // empty: none was named
  bool no_session = false;  // by the journey, or by ?noSession=true
};

struct RestAsk {
  RestStart start;
  std::optional<RestCredentials> credentials;  // absent: the callbacks are asked for
};

class RestRequests {
 public:
  static constexpr base::seconds kAuthIdLifetime{300};

  // `am` outlives this object.
  RestRequests(const config::Am& am, const crypto::SealingSecrets& secrets) : am_(am), box_(secrets, "authId") {}

  // <context>/json/realms/root/realms/<realm>/authenticate and its other forms, whatever the realm and the method.
  bool is_login(const http::Target& target) const;
  // Whether read() needs the body, at most kMaxRestBody + 1 bytes of it.
  static bool wants_body(const http::Request& request) { return request.is("POST"); }
  // What is asked, or the answer that says what is wrong with it.
  std::variant<RestAsk, http::Response> read(const http::Request& request, std::string_view body,
                                             base::WallTime now) const;
  // The callbacks, to be filled in by the client.
  std::string callbacks(const RestStart& start, base::WallTime now) const;

 private:
  std::optional<http::Response> refusal(const http::Request& request) const;
  std::variant<RestStart, http::Response> choose_journey(std::string_view query) const;
  std::variant<RestAsk, http::Response> read_body(std::string_view body, base::WallTime now) const;
  std::optional<RestStart> open(std::string_view auth_id, base::WallTime now) const;

  const config::Am& am_;
  crypto::SealedBox box_;
};

}  // namespace router::login

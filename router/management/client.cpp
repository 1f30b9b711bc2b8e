#include "management/client.h"

#include <httplib.h>
#include <sys/socket.h>

namespace router::management {
namespace {

using base::Error;
using base::ErrorCode;
using base::Side;

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::time_t kSeconds = 10;

ErrorCode code_of(int status) {
  if (status == 401 || status == 403) return ErrorCode::refused;
  return status == 404 ? ErrorCode::not_found : ErrorCode::protocol;
}

}  // namespace

base::Result<std::string> get(const std::string& url, const std::string& target, const base::Secret& token) {
  const bool is_unix = url.starts_with(kUnixPrefix);
  httplib::Client client(is_unix ? url.substr(kUnixPrefix.size()) : url);
  if (!client.is_valid())
    return Error{ErrorCode::bad_request, Side::client, url + " is no http, https or unix address"};
  if (is_unix) client.set_address_family(AF_UNIX);
  client.set_connection_timeout(kSeconds);
  client.set_read_timeout(kSeconds);
  if (!token.empty()) client.set_bearer_token_auth(std::string(token.reveal()));
  const auto answer = client.Get(target);
  if (!answer)
    return Error{ErrorCode::unavailable, Side::router, url + " does not answer: " + to_string(answer.error())};
  if (answer->status == 200) return answer->body;
  return Error{code_of(answer->status), Side::router,
               url + " answers " + std::to_string(answer->status) + ": " + answer->body.substr(0, 500)};
}

}  // namespace router::management

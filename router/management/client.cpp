#include "management/client.h"

#include <httplib.h>
#include <sys/socket.h>

#include "config/unix_path.h"

namespace router::management {
namespace {

using base::Error;
using base::ErrorCode;
using base::Side;

constexpr std::time_t kSeconds = 10;

ErrorCode code_of(int status) {
  if (status == 401 || status == 403) return ErrorCode::refused;
  return status == 404 ? ErrorCode::not_found : ErrorCode::protocol;
}

// Errors: bad_request.
base::Result<std::unique_ptr<httplib::Client>> client_of(const std::string& url, const base::Secret& token) {
  if (url.empty()) return Error{ErrorCode::bad_request, Side::client, "--url, or MANAGEMENT_PORT, is needed"};
  const auto socket_path = config::unix_path(url);
  // of another scheme the library throws
  const bool is_http =
      url.starts_with("http://") || url.starts_with("https://") || url.find("://") == std::string::npos;
  if (!socket_path && !is_http)
    return Error{ErrorCode::bad_request, Side::client, url + " is no http, https or unix address"};
  auto client = std::make_unique<httplib::Client>(socket_path.value_or(url));
  if (!client->is_valid())
    return Error{ErrorCode::bad_request, Side::client, url + " is no http, https or unix address"};
  if (socket_path) {
    client->set_address_family(AF_UNIX);
    client->set_default_headers({{"Host", "localhost"}});  // and not the path
  }
  client->set_connection_timeout(kSeconds);
  client->set_read_timeout(kSeconds);
  if (!token.empty()) client->set_bearer_token_auth(std::string(token.reveal()));
  return client;
}

std::string words_of(httplib::Error why) {
  switch (why) {
    case httplib::Error::Connection:
      return "nobody listens there";
    case httplib::Error::ConnectionTimeout:
      return "no connection in time";
    case httplib::Error::Read:
      return "the connection ended, or time was over, before an answer";
    case httplib::Error::Write:
      return "the connection ended while it was asked";
    case httplib::Error::SSLConnection:
      return "no TLS there";
    case httplib::Error::SSLServerVerification:
      return "its certificate is not trusted";
    default:
      return "the library says " + to_string(why);
  }
}

Error no_answer_of(const std::string& url, httplib::Error why) {
  return {ErrorCode::unavailable, Side::router, url + " does not answer: " + words_of(why)};
}

Error refused_by(const std::string& url, int status, const std::string& body) {
  return {code_of(status), Side::router, url + " answers " + std::to_string(status) + ": " + body.substr(0, 500)};
}

// The data of the lines of an event stream, as they come.
class EventLines {
 public:
  explicit EventLines(const std::function<bool(std::string_view)>& take) : take_(take) {}
  bool add(std::string_view bytes) {
    constexpr std::string_view kData = "data: ";
    constexpr std::size_t kLongestLine = 4 * 1024 * 1024;
    rest_.append(bytes);
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      const auto line = rest_.substr(0, end);
      rest_.erase(0, end + 1);
      if (line.starts_with(kData) && !take_(std::string_view(line).substr(kData.size()))) return false;
    }
    return rest_.size() <= kLongestLine;
  }

 private:
  const std::function<bool(std::string_view)>& take_;
  std::string rest_;
};

}  // namespace

base::Result<Reply> call(const std::string& url, const Call& call, const base::Secret& token) {
  auto client = client_of(url, token);
  if (!client) return client.error();
  httplib::Request request;
  request.method = call.method;
  request.path = call.target;
  request.body = call.body;
  if (!call.body.empty()) request.headers.emplace("Content-Type", "application/json");
  auto answer = (*client)->send(request);
  if (!answer) return no_answer_of(url, answer.error());
  return Reply{answer->status, std::move(answer->body)};
}

base::Result<void> follow(const std::string& url, const std::string& target, const base::Secret& token,
                          const std::function<bool(std::string_view data)>& take) {
  auto client = client_of(url, token);
  if (!client) return client.error();
  int status = 0;
  std::string refusal;
  bool has_enough = false;
  EventLines lines(take);
  const auto head = [&](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  const auto piece = [&](const char* bytes, std::size_t size) {
    if (status != 200) {
      refusal.append(bytes, size);
      return true;
    }
    has_enough = !lines.add({bytes, size});
    return !has_enough;
  };
  const auto answer = (*client)->Get(target, head, piece);
  if (status != 0 && status != 200) return refused_by(url, status, refusal);
  if (!answer && !has_enough) return no_answer_of(url, answer.error());
  return {};
}

base::Result<std::string> get(const std::string& url, const std::string& target, const base::Secret& token) {
  auto reply = call(url, {.target = target}, token);
  if (!reply) return reply.error();
  if (reply->status == 200) return std::move(reply->body);
  return refused_by(url, reply->status, reply->body);
}

}  // namespace router::management

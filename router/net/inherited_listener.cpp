#include "net/inherited_listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/text.h"

namespace router::net {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

namespace {

constexpr int kFirstHanded = 3;  // SD_LISTEN_FDS_START

bool has_option(int socket, int option, int wanted) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

bool listens_for_tcp(int socket) {
  return has_option(socket, SO_ACCEPTCONN, 1) && has_option(socket, SO_TYPE, SOCK_STREAM) &&
         has_option(socket, SO_PROTOCOL, IPPROTO_TCP);
}

}  // namespace

Result<std::optional<int>> inherited_listener() {
  const char* const process = std::getenv("LISTEN_PID");
  const char* const sockets = std::getenv("LISTEN_FDS");
  if (process == nullptr || sockets == nullptr || process != std::to_string(::getpid())) return std::optional<int>();
  if (base::parse_unsigned(sockets) != 1U)
    return Error{ErrorCode::invalid_config, Side::router,
                 "LISTEN_FDS is " + std::string(sockets) + ": the router listens on one socket"};
  if (!listens_for_tcp(kFirstHanded))
    return Error{ErrorCode::invalid_config, Side::router, "LISTEN_FDS: what was handed over is no TCP listener"};
  ::fcntl(kFirstHanded, F_SETFD, FD_CLOEXEC);
  return std::optional<int>(kFirstHanded);
}

}  // namespace router::net

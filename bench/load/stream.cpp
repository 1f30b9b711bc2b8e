// stream: one body as fast as it goes.
//
//   --bytes N --direction down|up [--path /N by default]
//
// Prints {"bytes", "seconds", "status"}; ends with 1 if the answer was not whole.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "load/load.h"

namespace load {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) fail("the connection ended while sending");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

struct Answer {
  std::string status;
  std::uint64_t bytes = 0;
  bool whole = false;
};

Answer read_answer(int socket) {
  std::string buffer(kPiece, '\0');
  std::string head;
  std::size_t end = std::string::npos;
  while (end == std::string::npos) {
    const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    head.append(buffer, 0, static_cast<std::size_t>(count));
    end = head.find("\r\n\r\n");
  }
  Answer answer{head.substr(9, 3), head.size() - end - 4, false};
  auto at = head.find("Content-Length: ");
  if (at == std::string::npos) at = head.find("content-length: ");
  if (at == std::string::npos || at > end) return answer;
  const auto length = std::strtoull(head.c_str() + at + 16, nullptr, 10);
  while (answer.bytes < length) {
    const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count <= 0) return answer;
    answer.bytes += static_cast<std::uint64_t>(count);
  }
  answer.whole = true;
  return answer;
}

}  // namespace

int stream(const Options& options) {
  const auto bytes = static_cast<std::uint64_t>(options.number("bytes", 0));
  const bool down = options.text("direction", "down") == "down";
  const auto path = options.text("path", down ? "/" + std::to_string(bytes) : "/");
  const int socket = connect_to(options.port());
  if (socket < 0) fail("cannot connect");
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  const auto began = Clock::now();
  const std::string host = " HTTP/1.1\r\nHost: localhost:" + std::to_string(options.port()) + "\r\n";
  if (down) {
    send_all(socket, "GET " + path + host + "\r\n");
  } else {
    send_all(socket, "POST " + path + host + "Content-Length: " + std::to_string(bytes) + "\r\n\r\n");
    const std::string piece(kPiece, 'x');
    for (std::uint64_t sent = 0; sent < bytes; sent += kPiece) {
      send_all(socket, std::string_view(piece).substr(0, std::min<std::uint64_t>(kPiece, bytes - sent)));
    }
  }
  const auto answer = read_answer(socket);
  ::close(socket);
  print({{"bytes", down ? answer.bytes : bytes},
         {"seconds", seconds_between(began, Clock::now())},
         {"status", answer.status}});
  return answer.whole && answer.status == "200" ? 0 : 1;
}

}  // namespace load

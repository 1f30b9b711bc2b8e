#include "net/stream.h"

#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace router::net::test::stream_test {
namespace {

int option(Stream& stream, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(stream.socket().native_handle(), level, name, &value, &size);
  return value;
}

}  // namespace

TEST_CASE("stream: a peer that is gone without a word is looked for, and a stall that is allowed is not cut [N5]") {
  using base::milliseconds;
  struct Row {
    milliseconds longest_stall;
    int silence;
  };
  constexpr int kDay = 24 * 60 * 60 * 1000;
  const Row rows[] = {{milliseconds(1), 120'000},
                      {milliseconds(90'000), 120'000},
                      {milliseconds(600'000), 630'000},
                      {milliseconds(0), kDay},
                      {milliseconds::max(), kDay}};
  AsioLoop loop;
  for (const Row& row : rows) {
    CAPTURE(row.longest_stall.count());
    Stream stream(loop);
    stream.socket().open(asio::ip::tcp::v4());
    stream.prepare(row.longest_stall);
    CHECK(option(stream, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(stream, IPPROTO_TCP, TCP_KEEPIDLE) <= 60);
    CHECK(option(stream, IPPROTO_TCP, TCP_KEEPINTVL) * option(stream, IPPROTO_TCP, TCP_KEEPCNT) <= 60);
    CHECK(option(stream, IPPROTO_TCP, TCP_USER_TIMEOUT) == row.silence);
    CHECK(option(stream, IPPROTO_TCP, TCP_NODELAY) == 1);
  }
}

}  // namespace router::net::test::stream_test

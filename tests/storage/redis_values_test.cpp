#include <doctest/doctest.h>

#include "storage/redis_address.h"
#include "storage/redis_command.h"
#include "storage/redis_reply.h"
#include "storage/redis_slots.h"

using namespace router;
using storage::RedisReply;

namespace {

std::vector<RedisReply> replies_in(std::string_view bytes, std::size_t piece, storage::RedisReplyLimits limits = {}) {
  storage::RedisReplyReader reader(limits);
  std::vector<RedisReply> replies;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    if (!reader.feed(bytes.substr(0, piece))) break;
    while (auto reply = reader.next()) replies.push_back(*std::move(reply));
  }
  return replies;
}

bool fails(std::string_view bytes, storage::RedisReplyLimits limits = {}) {
  storage::RedisReplyReader reader(limits);
  for (; !bytes.empty() && !reader.has_failed(); bytes.remove_prefix(1)) {
    (void)reader.feed(bytes.substr(0, 1));
    while (reader.next()) {
    }
  }
  return reader.has_failed();
}

}  // namespace

TEST_CASE("Redis replies: each kind is read, however its bytes are cut [issue 12]") {
  const std::string bytes =
      "+OK\r\n:42\r\n$5\r\nhe\r\no\r\n$-1\r\n-MOVED 3999 "
      "127.0.0.1:6381\r\n*3\r\n:1\r\n*2\r\n$1\r\na\r\n*-1\r\n$0\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, bytes.size()}) {
    const auto replies = replies_in(bytes, piece);
    REQUIRE(replies.size() == 6);
    CHECK(replies[0].text == "OK");
    CHECK(replies[1].number == 42);
    CHECK(replies[2].text == "he\r\no");
    CHECK(replies[3].is_nil());
    CHECK(replies[4].error_name() == "MOVED");
    REQUIRE(replies[5].items.size() == 3);
    CHECK(replies[5].items[1].items[0].text == "a");
    CHECK(replies[5].items[1].items[1].is_nil());
    CHECK(replies[5].items[2].text.empty());
  }
}

TEST_CASE("Redis replies: what is none, too large, too many or too deep is refused before memory is taken [issue 12]") {
  const storage::RedisReplyLimits few{.bytes = 2048, .items = 10};
  for (const std::string bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "?\r\n", "*9999999\r\n:1\r\n", "*4294967297\r\n:1\r\n", "*2147483648\r\n",
        ":12a\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    CAPTURE(bytes);
    CHECK(fails(bytes, few));
  }
  CHECK(fails("$999999999\r\n" + std::string(8192, 'x'), few));
  CHECK(fails("+" + std::string(8192, 'x'), few));
  CHECK(fails(
      "*6\r\n" +
          [] {
            std::string items;
            for (int i = 0; i < 6; ++i) items += "$500\r\n" + std::string(500, 'x') + "\r\n";
            return items;
          }(),
      few));
  CHECK_FALSE(fails("*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n", few));
}

TEST_CASE("Redis commands: words go out with their lengths, and the slot is that of the tag [issue 12]") {
  storage::RedisCommand command("SET");
  command.key("a").word("x\r\ny").number(-1);
  CHECK(command.wire() == "*4\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\nx\r\ny\r\n$2\r\n-1\r\n");
  // of the cluster specification, and of CLUSTER KEYSLOT
  CHECK(storage::redis_slot("123456789") == 0x31C3);
  CHECK(storage::redis_slot("foo") == 12182);
  CHECK(storage::redis_slot("{user1000}.following") == storage::redis_slot("user1000"));
  CHECK(storage::redis_slot("foo{}{bar}") == storage::redis_slot("foo{}{bar}"));
  CHECK(storage::redis_slot("foo{}{bar}") != storage::redis_slot("bar"));
  CHECK(storage::redis_slot("foo{{bar}}zap") == storage::redis_slot("{bar"));
  CHECK(storage::redis_slot("foo{bar}{zap}") == storage::redis_slot("bar"));
}

TEST_CASE("Redis slots: the map of a cluster, and what MOVED and ASK say [issue 12]") {
  const net::PeerAddress asked{"10.0.0.9", 7000};
  const auto reply = replies_in(
      "*2\r\n*3\r\n:0\r\n:8191\r\n*3\r\n$0\r\n\r\n:7000\r\n$1\r\na\r\n*4\r\n:8192\r\n:16383\r\n*3\r\n$8\r\n10.0.0."
      "2\r\n:7001\r\n$1\r\nb\r\n"
      "*3\r\n$8\r\n10.0.0.3\r\n:7002\r\n$1\r\nc\r\n",
      4096);
  REQUIRE(reply.size() == 1);
  auto slots = storage::RedisSlots::read(reply[0], asked);
  REQUIRE(slots);
  CHECK(*slots->owner(0) == asked);
  CHECK(*slots->owner(16383) == net::PeerAddress{"10.0.0.2", 7001});
  slots->move(16383, asked);
  CHECK(*slots->owner(16383) == asked);

  const auto redirect = [&](std::string_view error) {
    return storage::read_redirect(replies_in("-" + std::string(error) + "\r\n", 4096).at(0), asked);
  };
  CHECK(redirect("MOVED 3999 [::1]:6381")->to == net::PeerAddress{"[::1]", 6381});
  CHECK(redirect("MOVED 3999 :6381")->to == net::PeerAddress{"10.0.0.9", 6381});
  CHECK(redirect("ASK 1 10.0.0.2:7001")->is_ask);
  for (const std::string nonsense :
       {"MOVED", "MOVED x y", "MOVED 99999 a:1", "MOVED 1 a:0", "MOVED 1 a:70000", "ERR 1 a:1", "MOVED 1a:1"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(redirect(nonsense));
  }
  for (const char* nonsense : {":1\r\n", "*1\r\n:1\r\n", "*1\r\n*3\r\n:9\r\n:8\r\n*2\r\n$1\r\na\r\n:1\r\n",
                               "*1\r\n*3\r\n:0\r\n:16384\r\n*2\r\n$1\r\na\r\n:1\r\n"}) {
    CAPTURE(nonsense);
    CHECK_FALSE(storage::RedisSlots::read(replies_in(nonsense, 4096).at(0), asked));
  }
}

TEST_CASE("Redis URLs: server, sentinels, cluster, login, database, TLS [issue 12]") {
  using storage::RedisLayout;
  const auto plain = storage::parse_redis_url("redis://localhost");
  REQUIRE(plain);
  CHECK(plain->layout == RedisLayout::standalone);
  CHECK(plain->servers == std::vector<net::PeerAddress>{{"localhost", 6379}});
  CHECK_FALSE(plain->tls.is_on);

  const auto full = storage::parse_redis_url("rediss://al%40ice:p%3Aw@d@[::1]:7000/3");
  REQUIRE(full);
  CHECK(full->login.user == "al@ice");
  CHECK(full->login.password == base::Secret("p:w@d"));
  CHECK(full->servers == std::vector<net::PeerAddress>{{"::1", 7000}});
  CHECK(full->database == 3);
  CHECK(full->tls.is_on);

  const auto sentinel = storage::parse_redis_url("redis+sentinel://:pw@a,b:1/main?db=2");
  REQUIRE(sentinel);
  CHECK(sentinel->layout == RedisLayout::sentinel);
  CHECK(sentinel->servers == std::vector<net::PeerAddress>{{"a", 26379}, {"b", 1}});
  CHECK(sentinel->master == "main");
  CHECK(sentinel->database == 2);

  const auto cluster = storage::parse_redis_url("rediss+cluster://a:7000,b:7001");
  REQUIRE(cluster);
  CHECK(cluster->layout == RedisLayout::cluster);

  for (const std::string wrong : {"", "redis", "http://a", "redis://", "redis://a:0", "redis://a:70000", "redis://a:x",
                                  "redis://a,b", "redis://a/x", "redis+sentinel://a", "redis+cluster://a/1",
                                  "redis://a?x=1", "redis://u:%zz@a", "redis+other://a", "redis://[::1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(storage::parse_redis_url(wrong));
  }
  CHECK(storage::parse_redis_url("redis://u:secret@a:x").error().detail.find("secret") == std::string::npos);
}

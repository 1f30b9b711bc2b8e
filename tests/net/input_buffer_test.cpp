#include "net/input_buffer.h"

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

namespace router::net::test::input_buffer_test {
namespace {

void put(InputBuffer& input, std::span<char> room, std::string_view bytes) {
  REQUIRE(room.size() >= bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  input.received(bytes.size());
}

std::size_t fill_head(InputBuffer& input) {
  std::size_t filled = 0;
  for (auto room = input.head_room(); !room.empty(); room = input.head_room()) {
    std::memset(room.data(), 'h', room.size());
    input.received(room.size());
    filled += room.size();
  }
  return filled;
}

TEST_CASE("buffer pool: what nobody has needed for a while is given back, what is needed again is kept [N18]") {
  BufferPool pool;
  const auto use = [&pool](std::size_t count) {
    std::vector<BufferPool::Buffer> buffers;
    for (std::size_t i = 0; i < count; ++i) buffers.push_back(pool.take_small());
    for (const auto& buffer : buffers) std::memset(buffer.data(), 'x', buffer.size());
  };
  constexpr std::size_t kAlways = BufferPool::kAlwaysKept / BufferPool::kSmall;
  use(kAlways + 100);
  pool.trim();
  CHECK(pool.free_bytes() == (kAlways + 100) * BufferPool::kSmall);
  use(kAlways + 30);
  pool.trim();
  CHECK(pool.free_bytes() == (kAlways + 30) * BufferPool::kSmall);
  use(kAlways + 30);
  pool.trim();
  CHECK(pool.free_bytes() == (kAlways + 30) * BufferPool::kSmall);
  pool.trim();
  pool.trim();
  CHECK(pool.free_bytes() == BufferPool::kAlwaysKept);
}

TEST_CASE("input buffer: an answer's head may grow to a huge buffer, a request's not [N15]") {
  BufferPool pool(40'000, 70'000);
  InputBuffer answer(pool, InputBuffer::Begin::large);
  CHECK(fill_head(answer) == 70'000);
  InputBuffer request(pool, InputBuffer::Begin::small);
  CHECK(fill_head(request) == 40'000);
}

TEST_CASE("input buffer: a small head costs a small buffer, a large one grows to the large one and no further") {
  BufferPool pool(40'000);
  InputBuffer input(pool, InputBuffer::Begin::small);
  CHECK_FALSE(input.holds_memory());
  CHECK(input.head_room().size() == BufferPool::kSmall);
  CHECK(fill_head(input) == 40'000);
  CHECK(input.unread() == std::string(40'000, 'h'));
}

TEST_CASE("input buffer: the head stays in place while the body is read, wherever that goes") {
  BufferPool pool;
  for (const auto begin : {InputBuffer::Begin::small, InputBuffer::Begin::large}) {
    InputBuffer input(pool, begin);
    put(input, input.head_room(), "HEADbo");
    const std::string_view head = input.unread().substr(0, 4);
    input.keep_head(4);
    CHECK(input.unread() == "bo");
    put(input, input.body_room(), "dy");
    CHECK(input.unread() == "body");
    CHECK(input.body_room().size() > BufferPool::kLarge / 2);
    for (int i = 0; i < 100; ++i) {
      input.consume(input.unread().size());
      const auto room = input.body_room();
      std::memset(room.data(), 'x', room.size());
      input.received(room.size());
    }
    CHECK(input.body_room().empty());
    CHECK(head == "HEAD");
  }
}

TEST_CASE("input buffer: what follows a message begins the next one, also where it is longer than a small buffer") {
  BufferPool pool;
  for (const std::size_t length : {0U, 10U, 5'000U}) {
    InputBuffer input(pool, InputBuffer::Begin::small);
    put(input, input.head_room(), "HEAD");
    input.keep_head(4);
    const std::string next(length, 'n');
    put(input, input.body_room(), "body" + next);
    input.consume(4);
    input.begin_message();
    CHECK(input.unread() == next);
    CHECK_FALSE(input.head_room().empty());
  }
}

TEST_CASE("input buffer: what is given back holds no memory and serves another") {
  BufferPool pool;
  InputBuffer input(pool, InputBuffer::Begin::small);
  put(input, input.head_room(), "abc");
  const char* const used = input.unread().data();
  CHECK(input.take() == "abc");
  CHECK_FALSE(input.holds_memory());
  CHECK(input.empty());
  InputBuffer other(pool, InputBuffer::Begin::small);
  CHECK(other.head_room().data() == used);
}

TEST_CASE("input buffer: what is read ahead moves neither the head nor what is still used [N5]") {
  BufferPool pool;
  InputBuffer input(pool, InputBuffer::Begin::small);
  CHECK(input.room_behind().empty());
  put(input, input.head_room(), "HEADbody");
  input.keep_head(4);
  const std::string_view body = input.unread();
  input.consume(4);
  std::size_t ahead = 0;
  for (auto room = input.room_behind(); !room.empty(); room = input.room_behind()) {
    const auto piece = room.subspan(0, std::min<std::size_t>(room.size(), 100));
    std::memset(piece.data(), 'n', piece.size());
    input.received(piece.size());
    ahead += piece.size();
  }
  CHECK(ahead == BufferPool::kSmall - 8);
  CHECK(body == "body");
  input.begin_message();
  CHECK(input.unread() == std::string(ahead, 'n'));
}

}  // namespace
}  // namespace router::net::test::input_buffer_test

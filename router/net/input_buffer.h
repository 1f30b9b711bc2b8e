// What a peer has sent and nobody has used yet.
//
// A head stays in place while views of it are used; body bytes that came with it are used from there, later
// ones are read behind it, or into a second buffer where there is too little room.
//   read into head_room(), received(n), until unread() begins with a whole head; keep_head(its size);
//   take body bytes from unread(), consume(n), read more into body_room(); begin_message() for the next head.
// Owner: a connection, on its loop.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/buffer_pool.h"

namespace router::net {

class InputBuffer {
 public:
  enum class Begin { small, large };

  // With which buffer a message begins; one that begins with a large one may have a head that needs a huge one.
  InputBuffer(BufferPool& pool, Begin begin) : pool_(pool), begins_(begin) {}

  std::string_view unread() const { return {(body_ ? body_ : head_).data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  bool holds_memory() const { return head_ || body_; }
  void received(std::size_t bytes) { end_ += bytes; }
  void consume(std::size_t bytes) { begin_ += bytes; }

  // Room behind the unread part of a head, which may move. Empty: the largest buffer is full.
  std::span<char> head_room();
  // The first bytes of unread() are a whole head: used, and in place until begin_message().
  void keep_head(std::size_t bytes);
  // Room behind the unread part of a body, which may move. Empty: the buffer is full.
  std::span<char> body_room();
  // The head is not used any more; what is left is the beginning of the next one.
  void begin_message();

  // What is left, for somebody else.
  std::string take();
  // Nothing of it is used any more.
  void release();

 private:
  void move_unread_to(std::size_t offset);

  BufferPool& pool_;
  Begin begins_;
  BufferPool::Buffer head_;
  BufferPool::Buffer body_;
  std::size_t head_end_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace router::net

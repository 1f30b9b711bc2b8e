#include "net/input_buffer.h"

#include <cstring>

namespace router::net {

namespace {
// Less than this behind a head is too little for a body: reads of it would be many and small.
constexpr std::size_t kLeastBodyRoom = BufferPool::kLarge / 2;
}  // namespace

void InputBuffer::move_unread_to(std::size_t offset) {
  char* const data = (body_ ? body_ : head_).data();
  if (begin_ != offset) std::memmove(data + offset, data + begin_, end_ - begin_);
  end_ -= begin_ - offset;
  begin_ = offset;
}

std::span<char> InputBuffer::head_room() {
  if (!head_) head_ = begins_ == Begin::small ? pool_.take_small() : pool_.take_large();
  if (end_ == head_.size()) move_unread_to(0);
  if (end_ == head_.size()) {
    auto larger = pool_.take_large();
    if (larger.size() <= head_.size() && begins_ == Begin::large) larger = pool_.take_huge();
    if (larger.size() <= head_.size()) return {};
    std::memcpy(larger.data(), head_.data(), end_);
    head_ = std::move(larger);
  }
  return {head_.data() + end_, head_.size() - end_};
}

void InputBuffer::keep_head(std::size_t bytes) {
  begin_ += bytes;
  head_end_ = begin_;
}

std::span<char> InputBuffer::body_room() {
  const bool fits_behind_head = head_.size() - head_end_ >= kLeastBodyRoom;
  if (!body_ && !fits_behind_head) {
    body_ = pool_.take_large();
    std::memcpy(body_.data(), head_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  } else {
    move_unread_to(body_ ? 0 : head_end_);
  }
  auto& in_use = body_ ? body_ : head_;
  return {in_use.data() + end_, in_use.size() - end_};
}

void InputBuffer::begin_message() {
  move_unread_to(0);
  head_end_ = 0;
  if (!body_) return;
  if (end_ <= head_.size()) {
    std::memcpy(head_.data(), body_.data(), end_);
    body_.release();
  } else {
    head_ = std::move(body_);
  }
}

std::string InputBuffer::take() {
  std::string bytes(unread());
  release();
  return bytes;
}

void InputBuffer::release() {
  head_.release();
  body_.release();
  head_end_ = begin_ = end_ = 0;
}

}  // namespace router::net

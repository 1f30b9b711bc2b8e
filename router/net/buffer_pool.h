// Read buffers of one loop, handed round so that idle connections hold none.
//
// Three sizes: heads begin in a small one, so that thousands of half-sent heads do not matter; bodies are relayed in
// large ones; huge ones are for the heads of answers that need them. What nobody needs any more goes back to the system,
// not to the heap, which would cut it up and keep it. Not thread-safe: one pool a loop, which must outlive its buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace router::net {

// Gives pages back to the system.
struct UnmapPages {
  std::size_t bytes = 0;
  void operator()(char* data) const;
};

class BufferPool {
  using Bytes = std::unique_ptr<char[], UnmapPages>;
  struct Shelf {
    std::size_t bytes;
    std::size_t most;  // kept when nobody needs them
    std::vector<Bytes> free;
    std::size_t unneeded = 0;  // of the free ones since the last trim()
  };

 public:
  // Bytes of one relay buffer: large enough that a 1 MiB body takes few system calls, small enough that
  // thousands of slow readers do not matter (docs/contract/http.md: at most 64 KiB each).
  static constexpr std::size_t kLarge = 32 * 1024;
  static constexpr std::size_t kSmall = 4 * 1024;
  static constexpr std::size_t kHuge = 65 * 1024;
  // Of small and large ones: as many as a thousand busy connections share out.
  static constexpr std::size_t kKept = 1024;
  static constexpr std::size_t kKeptHuge = 16;
  // Bytes of each size that are not given back: what a few clients need again and again.
  static constexpr std::size_t kAlwaysKept = 256 * 1024;

  // `large`: more where heads may be larger; the head of a request has to fit into one. `huge`: that of an answer.
  explicit BufferPool(std::size_t large = kLarge, std::size_t huge = kHuge)
      : small_{kSmall, kKept, {}}, large_{large, kKept, {}}, huge_{huge, kKeptHuge, {}} {}

  class Buffer {
   public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept : shelf_(other.shelf_), bytes_(std::move(other.bytes_)) {}
    Buffer& operator=(Buffer&& other) noexcept {
      if (this != &other) {
        release();
        shelf_ = other.shelf_;
        bytes_ = std::move(other.bytes_);
      }
      return *this;
    }
    ~Buffer() { release(); }

    explicit operator bool() const { return bytes_ != nullptr; }
    char* data() const { return bytes_.get(); }
    std::size_t size() const { return bytes_ ? shelf_->bytes : 0; }
    void release() {
      if (bytes_ && shelf_->free.size() < shelf_->most) shelf_->free.push_back(std::move(bytes_));
      bytes_.reset();
    }

   private:
    friend class BufferPool;
    Buffer(Shelf& shelf, Bytes bytes) : shelf_(&shelf), bytes_(std::move(bytes)) {}
    Shelf* shelf_ = nullptr;
    Bytes bytes_;
  };

  Buffer take_small() { return take(small_); }
  Buffer take_large() { return take(large_); }
  Buffer take_huge() { return take(huge_); }

  // Gives back what nobody has needed since the last time, but kAlwaysKept. To be called now and then.
  void trim();
  std::size_t free_bytes() const;

 private:
  static Buffer take(Shelf& shelf);
  static void trim(Shelf& shelf);

  Shelf small_;
  Shelf large_;
  Shelf huge_;
};

}  // namespace router::net

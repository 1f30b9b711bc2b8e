// Read buffers of one loop, handed round so that idle connections hold none.
//
// Not thread-safe: one pool a loop, which must outlive its buffers.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace router::net {

class BufferPool {
 public:
  // Bytes of one relay buffer: large enough that a 1 MiB body takes few system calls, small enough that thousands
  // of slow readers do not matter (http.md: at most 64 KiB each).
  static constexpr std::size_t kBufferSize = 32 * 1024;

  // Larger where heads may be larger: a head has to fit into one.
  explicit BufferPool(std::size_t buffer_size = kBufferSize) : buffer_size_(buffer_size) {}

  class Buffer {
   public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::move(other.bytes_)) {}
    Buffer& operator=(Buffer&& other) noexcept {
      if (this != &other) {
        release();
        pool_ = std::exchange(other.pool_, nullptr);
        bytes_ = std::move(other.bytes_);
      }
      return *this;
    }
    ~Buffer() { release(); }

    explicit operator bool() const { return bytes_ != nullptr; }
    char* data() { return bytes_.get(); }
    std::size_t size() const { return bytes_ ? pool_->buffer_size_ : 0; }
    void release() {
      if (bytes_) pool_->give_back(std::move(bytes_));
    }

   private:
    friend class BufferPool;
    Buffer(BufferPool& pool, std::unique_ptr<char[]> bytes) : pool_(&pool), bytes_(std::move(bytes)) {}
    BufferPool* pool_ = nullptr;
    std::unique_ptr<char[]> bytes_;
  };

  Buffer take() {
    if (free_.empty()) return Buffer(*this, std::make_unique_for_overwrite<char[]>(buffer_size_));
    auto bytes = std::move(free_.back());
    free_.pop_back();
    return Buffer(*this, std::move(bytes));
  }

 private:
  static constexpr std::size_t kKept = 256;
  void give_back(std::unique_ptr<char[]> bytes) {
    if (free_.size() < kKept) {
      free_.push_back(std::move(bytes));
    } else {
      bytes.reset();
    }
  }

  std::size_t buffer_size_;
  std::vector<std::unique_ptr<char[]>> free_;
};

}  // namespace router::net

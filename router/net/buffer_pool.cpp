#include "net/buffer_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace router::net {

namespace {

// A system call each: a millisecond at most.
constexpr std::size_t kMostGivenBack = 512;

char* take_pages(std::size_t bytes) {
  void* const pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(pages);
}

}  // namespace

void UnmapPages::operator()(char* data) const { ::munmap(data, bytes); }

BufferPool::Buffer BufferPool::take(Shelf& shelf) {
  if (shelf.free.empty()) return Buffer(shelf, Bytes(take_pages(shelf.bytes), UnmapPages{shelf.bytes}));
  auto bytes = std::move(shelf.free.back());
  shelf.free.pop_back();
  shelf.unneeded = std::min(shelf.unneeded, shelf.free.size());
  return Buffer(shelf, std::move(bytes));
}

void BufferPool::trim() {
  for (auto* const shelf : {&small_, &large_, &huge_}) trim(*shelf);
}

void BufferPool::trim(Shelf& shelf) {
  // the last ones are taken first
  const auto keep = std::min(shelf.free.size(), kAlwaysKept / shelf.bytes);
  const auto count = static_cast<std::ptrdiff_t>(std::min({shelf.unneeded, shelf.free.size() - keep, kMostGivenBack}));
  shelf.free.erase(shelf.free.begin(), shelf.free.begin() + count);
  shelf.unneeded = shelf.free.size();
}

std::size_t BufferPool::free_bytes() const {
  std::size_t bytes = 0;
  for (const auto* const shelf : {&small_, &large_, &huge_}) bytes += shelf->bytes * shelf->free.size();
  return bytes;
}

}  // namespace router::net

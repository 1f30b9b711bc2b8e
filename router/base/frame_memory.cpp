#include "base/frame_memory.h"

#include <array>
#include <new>
#include <utility>

namespace router::base {
namespace {

#ifdef XS_ROUTER_SANITIZED
constexpr bool kKeepsFrames = false;
#else
constexpr bool kKeepsFrames = true;
#endif

// Frames are rounded up to whole steps; those of more than the largest list are rare.
constexpr std::size_t kStep = 64;
constexpr std::size_t kLists = 64;

struct Kept {
  Kept* next;
};

struct Frames {
  std::array<Kept*, kLists> lists;
  std::size_t bytes;
  bool closed;  // the thread ends
};
// Without a destructor, so that it is reached without asking whether it has been made.
constinit thread_local Frames t_frames{};

struct GivesBackAtEnd {
  ~GivesBackAtEnd() {
    for (auto*& list : t_frames.lists) {
      while (list != nullptr) ::operator delete(std::exchange(list, list->next));
    }
    t_frames.bytes = 0;
    t_frames.closed = true;
  }
};

void keep_until_thread_ends() { thread_local const GivesBackAtEnd at_end; }

constexpr std::size_t list_of(std::size_t bytes) { return (bytes - 1) / kStep; }
constexpr std::size_t bytes_of(std::size_t list) { return (list + 1) * kStep; }

}  // namespace

void* take_frame(std::size_t bytes) {
  const auto list = list_of(bytes);
  if (!kKeepsFrames || list >= kLists) return ::operator new(bytes);
  auto& frames = t_frames;
  Kept* const kept = frames.lists[list];
  if (kept == nullptr) return ::operator new(bytes_of(list));
  frames.lists[list] = kept->next;
  frames.bytes -= bytes_of(list);
  return kept;
}

void give_frame(void* frame, std::size_t bytes) noexcept {
  const auto list = list_of(bytes);
  auto& frames = t_frames;
  const bool keeps =
      kKeepsFrames && list < kLists && frames.bytes + bytes_of(list) <= kMostKeptFrames && !frames.closed;
  if (!keeps) return ::operator delete(frame);
  if (frames.bytes == 0) keep_until_thread_ends();
  frames.lists[list] = ::new (frame) Kept{frames.lists[list]};
  frames.bytes += bytes_of(list);
}

std::size_t kept_frame_bytes() noexcept { return t_frames.bytes; }

}  // namespace router::base

// Memory of coroutine frames (base/task.h), which are made and gone many times a request.
//
// A thread keeps frames that it has freed, by size, and hands them out again; what it keeps is bounded, the rest goes
// back to the heap. A frame may be freed on another thread than it was made on, and stays with that one. Under the
// sanitizers every frame comes from the heap and goes back to it, so that they see what is used after its end.
#pragma once

#include <cstddef>

namespace router::base {

// Bytes that a thread keeps at most.
inline constexpr std::size_t kMostKeptFrames = 1024 * 1024;

// Throws std::bad_alloc, as operator new.
void* take_frame(std::size_t bytes);
// `bytes`: as it was taken.
void give_frame(void* frame, std::size_t bytes) noexcept;

// What this thread keeps.
std::size_t kept_frame_bytes() noexcept;

}  // namespace router::base

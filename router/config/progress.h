// How far the load of a directory is, for who waits for a large one.
//
// Called on the thread that loads: route after route in each pass over them, which is what a load waits with (their folders
// are looked up, their expressions compiled). Source: docs/contract/descriptor.md "Start".
#pragma once

#include <functional>
#include <string_view>

namespace router::config {

// `what`: of words for people; `done` of `all` are done.
using Progress = std::function<void(std::string_view what, std::size_t done, std::size_t all)>;

inline void say_progress(const Progress& progress, std::string_view what, std::size_t done, std::size_t all) {
  if (progress) progress(what, done, all);
}

}  // namespace router::config

#include "app/progress_line.h"

#include <algorithm>
#include <utility>

namespace router::app {
namespace {

constexpr std::size_t kBarWidth = 30;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string bar_of(std::int64_t done, std::int64_t all) {
  const auto some = std::max<std::int64_t>(all, 1);
  const auto filled =
      static_cast<std::size_t>(std::clamp<std::int64_t>(done, 0, some)) * kBarWidth / static_cast<std::size_t>(some);
  return "[" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "] " + std::to_string(done) + " of " +
         std::to_string(all);
}

void ProgressLine::show(std::string_view what, std::size_t done, std::size_t all) {
  const auto now = clock_.steady();
  if (now < due_) return;
  due_ = now + kEvery;
  is_there_ = true;
  terminal_ << kClearLine << bar_of(static_cast<std::int64_t>(done), static_cast<std::int64_t>(all)) << " " << what
            << std::flush;
}

void ProgressLine::clear() {
  if (std::exchange(is_there_, false)) terminal_ << kClearLine << std::flush;
}

}  // namespace router::app

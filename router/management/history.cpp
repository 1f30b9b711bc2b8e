#include "management/history.h"

namespace router::management {

void History::note(Sample sample) {
  if (before_) {
    const auto point = point_of(sample, *before_);
    const std::lock_guard lock(mutex_);
    points_.push_back(point);
    if (points_.size() > kKept) points_.pop_front();
  }
  before_ = std::move(sample);
}

std::string History::said() const {
  std::vector<Point> points;
  {
    const std::lock_guard lock(mutex_);
    points.assign(points_.begin(), points_.end());
  }
  return history_of(points, kEvery);
}

}  // namespace router::management

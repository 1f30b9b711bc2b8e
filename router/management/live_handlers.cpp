#include "management/handlers.h"
#include "management/overview.h"
#include "management/reading.h"

namespace router::management {
namespace {

constexpr std::chrono::milliseconds kEverySecond{1'000};
// After that whoever still looks asks anew: with a token that is still one.
constexpr int kMostLines = 3'600;

// One line a second, each of the second before it.
struct LiveOverview {
  Operations& operations;
  std::optional<Sample> before;
  int lines = 0;

  std::string next() {
    if (++lines > kMostLines) return {};
    auto now = look_at(operations);
    auto line = "data: " + overview(now.sample, before ? &*before : nullptr, now.readiness) + "\n\n";
    before = std::move(now.sample);
    return line;
  }
};

}  // namespace

Response overview_now(const Asking& asking) {
  const auto now = look_at(asking.operations);
  return {.body = overview(now.sample, nullptr, now.readiness)};
}

Response events(const Asking& asking) {
  auto live = std::make_shared<LiveOverview>(LiveOverview{asking.operations, std::nullopt});
  return {.type = "text/event-stream", .stream = {kEverySecond, [live] { return live->next(); }}};
}

Response last_minutes(const Asking& asking) { return {.body = asking.history.said()}; }

Response route_counts(const Asking& asking) {
  const auto configuration = asking.operations.configuration();
  if (!configuration) return problem_of(configuration.error());
  // requests are counted; no loop is asked for what is measured
  return {.body = route_list(Readings(base::MetricRegistry::of_process().read()), *configuration)};
}

}  // namespace router::management

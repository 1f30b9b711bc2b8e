// What is counted of the requests that back-ends are asked, by destination.
//
// A value; any thread. Owner: what asks the back-end. Source: docs/contract/operations.md "Metrics".
#pragma once

#include <string>
#include <string_view>

#include "base/metrics.h"

namespace router::backend {

// Of answers; made once, as that looks series up.
struct PassageMetrics {
  explicit PassageMetrics(const std::string& back_end);

  base::Histogram until_head;  // how long their heads take
  base::Counter failures;      // 5xx
};
// That it failed a request without one, and how.
void note_fault(const std::string& back_end, std::string_view how);

}  // namespace router::backend

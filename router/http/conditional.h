// Conditional and range requests on a known representation. Source: RFC 9110 sections 13 and 14.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/headers.h"

namespace router::http {

struct Validators {
  std::string etag;  // with quotes and W/
  std::chrono::system_clock::time_point last_modified;
};

enum class Precondition { proceed, not_modified, failed };

// If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since in the order of RFC 9110 section 13.2.2.
Precondition evaluate_preconditions(std::string_view method, const Headers& request, const Validators& current);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  std::uint64_t length() const { return last - first + 1; }
};

struct RangeDecision {
  enum class Kind { whole, ranges, unsatisfiable } kind = Kind::whole;
  std::vector<ByteRange> ranges;
};

// For GET only. Honours If-Range (a weak tag never matches). More than 16 ranges, overlapping ones, a Range
// that cannot be read, and any range of an empty representation are answered with the whole representation.
// Ranges keep the order of the request.
RangeDecision evaluate_range(const Headers& request, const Validators& current, std::uint64_t size);

}  // namespace router::http

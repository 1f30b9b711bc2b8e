#include "http/conditional.h"

#include <algorithm>

#include "base/text.h"
#include "http/http_date.h"

namespace router::http {
namespace {

constexpr std::size_t kMaxRanges = 16;

enum class Comparison { strong, weak };

std::string_view without_weakness(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

bool same_tag(std::string_view a, std::string_view b, Comparison comparison) {
  if (comparison == Comparison::weak) return without_weakness(a) == without_weakness(b);
  return a == b && a.starts_with('"');
}

// Takes the entity tag at the front of `list` off it; empty if there is none that can be read.
std::string_view take_tag(std::string_view& list) {
  const std::size_t open = list.starts_with("W/") ? 2 : 0;
  if (open >= list.size() || list[open] != '"') return {};
  const auto close = list.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  const auto tag = list.substr(0, close + 1);
  list.remove_prefix(close + 1);
  return tag;
}

// Whether one of the field's lines lists the tag, or is `*`. A list is read up to its first fault.
bool lists_tag(const Headers& request, std::string_view field, std::string_view etag, Comparison comparison) {
  for (const auto& line : request) {
    if (!base::equals_ignoring_case(line.name, field)) continue;
    auto list = base::trim(line.value);
    if (list == "*") return true;
    while (!list.empty()) {
      if (list.front() == ',' || list.front() == ' ' || list.front() == '\t') {
        list.remove_prefix(1);
        continue;
      }
      const auto tag = take_tag(list);
      if (tag.empty()) break;
      if (same_tag(tag, etag, comparison)) return true;
    }
  }
  return false;
}

// Absent: no such field, or no date in it, which is the same (RFC 9110 section 13.1.3).
std::optional<std::chrono::system_clock::time_point> date_field(const Headers& request, std::string_view field) {
  const auto value = request.get(field);
  return value ? parse_http_date(*value) : std::nullopt;
}

std::chrono::system_clock::time_point whole_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

bool if_range_holds(const Headers& request, const Validators& current) {
  const auto condition = request.get("If-Range");
  if (!condition) return true;
  const auto value = base::trim(*condition);
  if (value.ends_with('"')) return same_tag(value, current.etag, Comparison::strong);
  const auto date = parse_http_date(value);
  return date && *date == whole_seconds(current.last_modified);
}

struct RangeSpec {
  std::optional<std::uint64_t> first;
  std::optional<std::uint64_t> last;
};

std::optional<RangeSpec> read_range(std::string_view text) {
  const auto [first_text, last_text] = base::cut(text, '-');
  if (!last_text || (first_text.empty() && last_text->empty())) return std::nullopt;
  RangeSpec range{base::parse_unsigned(first_text), base::parse_unsigned(*last_text)};
  if (range.first.has_value() == first_text.empty() || range.last.has_value() == last_text->empty()) {
    return std::nullopt;
  }
  if (range.first && range.last && *range.first > *range.last) return std::nullopt;
  return range;
}

// The part of the representation that the range asks for; absent if there is none.
std::optional<ByteRange> resolve(const RangeSpec& range, std::uint64_t size) {
  if (!range.first) {
    if (*range.last == 0) return std::nullopt;
    return ByteRange{size - std::min(*range.last, size), size - 1};
  }
  if (*range.first >= size) return std::nullopt;
  return ByteRange{*range.first, std::min(range.last.value_or(size - 1), size - 1)};
}

bool overlap(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return std::adjacent_find(ranges.begin(), ranges.end(),
                            [](const auto& a, const auto& b) { return b.first <= a.last; }) != ranges.end();
}

RangeDecision decide(std::string_view specifiers, std::uint64_t size) {
  RangeDecision decision;
  std::size_t count = 0;
  for (std::optional<std::string_view> rest = specifiers; rest;) {
    const auto [item, after] = base::cut(*rest, ',');
    rest = after;
    const auto text = base::trim(item);
    if (text.empty()) continue;
    const auto range = read_range(text);
    if (!range || ++count > kMaxRanges) return {};
    if (const auto part = resolve(*range, size)) decision.ranges.push_back(*part);
  }
  if (count == 0 || overlap(decision.ranges)) return {};
  decision.kind = decision.ranges.empty() ? RangeDecision::Kind::unsatisfiable : RangeDecision::Kind::ranges;
  return decision;
}

}  // namespace

Precondition evaluate_preconditions(std::string_view method, const Headers& request, const Validators& current) {
  const bool reads = method == "GET" || method == "HEAD";
  const auto last_modified = whole_seconds(current.last_modified);

  if (request.contains("If-Match")) {
    if (!lists_tag(request, "If-Match", current.etag, Comparison::strong)) return Precondition::failed;
  } else if (const auto since = date_field(request, "If-Unmodified-Since")) {
    if (last_modified > *since) return Precondition::failed;
  }

  if (request.contains("If-None-Match")) {
    if (lists_tag(request, "If-None-Match", current.etag, Comparison::weak)) {
      return reads ? Precondition::not_modified : Precondition::failed;
    }
  } else if (const auto since = date_field(request, "If-Modified-Since"); since && reads) {
    if (last_modified <= *since) return Precondition::not_modified;
  }
  return Precondition::proceed;
}

RangeDecision evaluate_range(const Headers& request, const Validators& current, std::uint64_t size) {
  // Some clients ask for ranges always; an empty file is no fault of theirs.
  if (request.count("Range") != 1 || size == 0 || !if_range_holds(request, current)) return {};
  const auto [unit, specifiers] = base::cut(base::trim(*request.get("Range")), '=');
  if (!specifiers || !base::equals_ignoring_case(unit, "bytes")) return {};
  return decide(*specifiers, size);
}

}  // namespace router::http

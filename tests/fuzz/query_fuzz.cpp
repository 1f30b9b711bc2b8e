// Query strings keep every byte, and a pair that the router writes is read as it was meant.
#include <algorithm>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "http/query.h"

using namespace router;
using fuzz::require;

namespace {

constexpr std::size_t kLookedUp = 16;

void check_parameters(std::string_view query) {
  const auto parameters = http::parse_query(query);
  // each look is linear in the query: some of many are enough
  for (std::size_t i = 0; i < std::min(parameters.size(), kLookedUp); ++i) {
    const auto& parameter = parameters[i];
    require(!parameter.raw.empty() && fuzz::is_part_of(parameter.raw, query), "a parameter is a part of the query");
    require(http::query_has(query, parameter.name), "a parameter that is listed is found");
    require(http::query_value(query, parameter.name).has_value(), "a parameter that is found has a value");
  }
  if (parameters.empty()) return;
  const auto& name = parameters.front().name;
  require(http::query_value(query, name) == parameters.front().value.value_or(""), "the first of a name counts");
  const auto rest =
      http::query_without(query, [&](const http::QueryParameter& parameter) { return parameter.name == name; });
  require(!http::query_has(rest, name), "a parameter that is dropped is gone");
  require(rest.size() < query.size(), "dropping makes it shorter");
}

void check_written(std::string_view name, std::string_view value) {
  const auto pair = http::query_pair(name, value);
  const auto read = http::parse_query(http::append_query("", pair).substr(1));
  require(read.size() == 1 && read[0].name == name && read[0].value == value, "a written pair is read as meant");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto query = fuzz::as_text(data, size);
  require(http::query_without(query, [](const http::QueryParameter&) { return false; }) == query,
          "nothing dropped, nothing changed");
  check_parameters(query);
  const auto [name, value] = base::cut(query, '=');
  check_written(name, value.value_or(""));
  require(http::append_query(query, "a=b").size() <= query.size() + 4, "one separator at most");
  return 0;
}

#include "http/accept_encoding.h"

#include <doctest/doctest.h>

#include <string>

namespace router::accept_encoding_test {

using namespace router::http;
using std::string;

namespace {

string accepted(std::initializer_list<const char*> lines) {
  Headers request;
  for (const auto* line : lines) request.add("Accept-Encoding", line);
  string names;
  for (const auto coding : accepted_codings(request)) names.append(names.empty() ? "" : " ").append(to_string(coding));
  return names;
}

}  // namespace

TEST_CASE("accept-encoding: codings are ordered by weight, br before gzip") {
  struct Row {
    std::initializer_list<const char*> lines;
    const char* expected;
  };
  const Row rows[] = {
      {{}, ""},
      {{""}, ""},
      {{"identity"}, ""},
      {{"deflate, zstd"}, ""},
      {{"gzip"}, "gzip"},
      {{"x-gzip"}, "gzip"},
      {{"GZIP, Br"}, "br gzip"},
      {{"gzip", "br"}, "br gzip"},
      {{"gzip, deflate, br, zstd"}, "br gzip"},
      {{"gzip;q=1.0, br;q=0.9"}, "gzip br"},
      {{"gzip ; Q=0.001"}, "gzip"},
      {{"br;q=0.2,gzip;q=0.8"}, "gzip br"},
      {{"*"}, "br gzip"},
      {{"*;q=0"}, ""},
      {{"*;q=0.5, br;q=0"}, "gzip"},
      {{"br;q=0, *"}, "gzip"},
      {{"gzip;level=1;q=0.5"}, "gzip"},
  };
  for (const auto& row : rows) CHECK(accepted(row.lines) == row.expected);
}

TEST_CASE("accept-encoding: identity is preferred only where it weighs more") {
  CHECK(accepted({"gzip;q=0.5, identity"}) == "");
  CHECK(accepted({"gzip, identity;q=0.5"}) == "gzip");
  CHECK(accepted({"gzip, br;q=0.1, identity;q=0.5"}) == "gzip");
  CHECK(accepted({"gzip;q=0.5, identity;q=0.5"}) == "gzip");
  CHECK(accepted({"gzip, identity;q=0"}) == "gzip");
}

TEST_CASE("accept-encoding: a weight that cannot be read counts as 0") {
  for (const auto* weight : {"", "x", "2", "1.5", "-1", "0.1234", "01", "1x", "0.5x", ".5"}) {
    CHECK(accepted({("gzip;q=" + string(weight)).c_str()}) == "");
  }
}

}  // namespace router::accept_encoding_test

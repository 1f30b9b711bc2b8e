// W3C Trace Context of a request (docs/contract/operations.md "Logs").
#include <doctest/doctest.h>

#include "pipeline/request_ids.h"

namespace router::trace_context_test {

TEST_CASE(
    "trace context: a tracestate is taken over beside the client's own traceparent, where both are valid [issue 14]") {
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto members = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i == 0 ? "v" : ",v") + std::to_string(i) + "=x";
    return list;
  };
  const struct {
    std::string parent;
    std::vector<std::string> lines;
    std::string taken;
  } rows[] = {
      {parent, {"congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"}, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"},
      {parent, {"congo=1", "rojo=2"}, "congo=1,rojo=2"},
      {parent, {" a=1 , , 2b@tenant=x y "}, "a=1,2b@tenant=x y"},
      {parent, {members(32)}, members(32)},
      {parent, {members(33)}, ""},
      {parent, {"congo"}, ""},
      {parent, {"congo="}, ""},
      {parent, {"=1"}, ""},
      {parent, {"Congo=1"}, ""},
      {parent, {"a=1=2"}, ""},
      {parent, {"a=1,b=\xC3\xA4"}, ""},
      {parent, {"a=" + std::string(257, 'x')}, ""},
      {parent, {std::string(257, 'a') + "=x"}, ""},
      {"00-XYZ", {"congo=1"}, ""},
      {"", {"congo=1"}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.lines[0]);
    http::Headers request;
    if (!row.parent.empty()) request.add("traceparent", row.parent);
    for (const auto& line : row.lines) request.add("TraceState", line);
    backend::Trace trace;
    pipeline::take_trace_context(request, trace);
    CHECK(trace.tracestate == row.taken);
    CHECK((trace.traceparent == row.parent) == (row.parent == parent));
  }
}

}  // namespace router::trace_context_test

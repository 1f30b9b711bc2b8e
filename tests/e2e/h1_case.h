// The cases of h1_cases.json: reading them, playing one against a router, judging what came of it.
//
// Source: the file's own `classes` and `fields`. A request reaches the back-end when it is complete there; a part of
// one, aborted, is what streaming makes of a body that turns out to be wrong.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/raw_client.h"
#include "support/recording_backend.h"
#include "support/router_process.h"

namespace router::test {

struct H1Step {
  std::string bytes;
  milliseconds pause{0};
  bool finish_sending = false;
};

struct H1Case {
  std::string id, name, level, expect;
  std::vector<std::string> alternatives;
  std::vector<H1Step> steps;
  std::set<int> statuses;
  bool closes = false;  // conn_after: close
  bool slow = false;
  std::size_t min_forwarded = 0;
  std::size_t max_forwarded = 0;
  std::optional<milliseconds> max_work;  // max_ms; a matter of linear time, which a busy machine does not change
  std::vector<std::string> upstream_must_contain, upstream_must_not_contain, upstream_must_not_match;
  std::vector<std::string> response_must_not_contain, responses_in_order;
  std::optional<std::string> upstream_body;
};

// What came of a case.
struct H1Result {
  std::vector<RawAnswer> answers;
  std::string received;              // all bytes that the client got
  bool closed = false;               // by the router, while the client still could send
  bool ended = false;                // after the client had finished
  std::optional<milliseconds> work;  // the router's processor time; none where that is no figure (sanitizers)
  std::vector<TextMessage> forwarded;
  std::vector<ConnectionRecord> upstream;

  int status() const { return answers.empty() ? 0 : answers.front().status(); }
  std::string upstream_bytes() const;
};

std::vector<H1Case> read_h1_cases(const std::string& path);
H1Result play(const H1Case& test_case, const RouterProcess& router, RecordingBackend& backend);
// What is wrong, in words; empty if nothing is.
std::vector<std::string> judge(const H1Case& test_case, const H1Result& result);
std::string describe(const H1Result& result);

}  // namespace router::test

#include "e2e/h1_case.h"

#include <regex.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace router::test {
namespace {

using nlohmann::json;

constexpr milliseconds kAnswerTime{2'000};
constexpr milliseconds kCloseTime{1'500};
constexpr milliseconds kEndTime{15'000};  // for a hundred answers on a busy machine
constexpr milliseconds kQuietTime{5'000};

std::vector<std::string> strings(const json& entry, const char* name) {
  return entry.value(name, std::vector<std::string>{});
}

std::vector<H1Step> read_steps(const json& list) {
  std::vector<H1Step> steps;
  for (const json& entry : list) {
    H1Step step;
    if (entry.contains("send")) step.bytes = unescape(entry["send"].get<std::string>());
    if (entry.contains("send_repeat")) {
      const std::string piece = unescape(entry["send_repeat"][0].get<std::string>());
      for (int i = entry["send_repeat"][1]; i > 0; --i) step.bytes += piece;
    }
    if (entry.contains("drip")) {
      const std::string piece = unescape(entry["drip"][0].get<std::string>());
      for (int i = entry["drip"][2]; i > 0; --i) steps.push_back({piece, milliseconds(entry["drip"][1]), false});
      continue;
    }
    step.pause = milliseconds(entry.value("sleep_ms", 0));
    step.finish_sending = entry.value("shutdown_wr", false);
    steps.push_back(std::move(step));
  }
  return steps;
}

H1Case read_case(const json& entry) {
  H1Case result;
  result.id = entry.at("id");
  result.name = entry.at("name");
  result.level = entry.at("level");
  result.expect = entry.at("expect");
  result.alternatives = strings(entry, "alt");
  result.steps = read_steps(entry.at("steps"));
  result.statuses = entry.value("status", std::set<int>{});
  result.closes = entry.value("conn_after", "") == "close";
  result.slow = entry.value("slow", false);
  result.min_forwarded = entry.value("min_forwarded", std::size_t{0});
  result.max_forwarded = entry.value("max_forwarded_complete", entry.at("max_forwarded").get<std::size_t>());
  if (entry.contains("max_ms")) result.max_work = milliseconds(entry["max_ms"]);
  result.upstream_must_contain = strings(entry, "upstream_must_contain");
  result.upstream_must_not_contain = strings(entry, "upstream_must_not_contain");
  result.upstream_must_not_match = strings(entry, "upstream_must_not_match");
  result.response_must_not_contain = strings(entry, "response_must_not_contain");
  result.responses_in_order = strings(entry, "responses_in_order");
  if (entry.contains("upstream_body")) result.upstream_body = entry["upstream_body"];
  return result;
}

using Words = std::vector<std::string>;

// The classes: each says what is wrong if the result is not of its kind.

Words judge_forwarded(const H1Result& result, std::size_t least, std::size_t most) {
  const auto count = result.forwarded.size();
  if (count >= least && count <= most) return {};
  return {std::to_string(count) + " requests forwarded, expected " + std::to_string(least) + ".." +
          std::to_string(most)};
}

Words judge_reject(const H1Case& test_case, const H1Result& result) {
  auto wrong = judge_forwarded(result, 0, test_case.max_forwarded);
  const int status = result.status();
  const bool fits = test_case.statuses.empty() ? status / 100 == 4 || status == 501 || status == 505
                                               : test_case.statuses.count(status) != 0;
  if (!fits) wrong.push_back("status " + std::to_string(status));
  return wrong;
}

Words judge_accept(const H1Case& test_case, const H1Result& result, bool as_alternative) {
  const std::size_t most = as_alternative ? std::max<std::size_t>(test_case.max_forwarded, 1) : test_case.max_forwarded;
  auto wrong = judge_forwarded(result, test_case.min_forwarded, most);
  if (as_alternative) return wrong;
  const int status = result.status();
  if (!test_case.statuses.empty() && test_case.statuses.count(status) == 0)
    wrong.push_back("status " + std::to_string(status));
  if (test_case.min_forwarded > 0 && status != 200)
    wrong.push_back("status " + std::to_string(status) + " instead of the back-end's 200");
  return wrong;
}

Words judge_close(const H1Case& test_case, const H1Result& result) {
  auto wrong = judge_forwarded(result, 0, test_case.max_forwarded);
  if (!result.ended) wrong.push_back("the connection stays open");
  return wrong;
}

// "never the smuggled one as raw bytes": one that the router wrote itself carries the router's own fields.
Words judge_one_request(const H1Case& test_case, const H1Result& result) {
  auto wrong = judge_forwarded(result, 0, test_case.max_forwarded);
  for (const auto& request : result.forwarded) {
    const bool smuggled = request.target().find("smuggled") != std::string::npos;
    if (smuggled && (test_case.max_forwarded < 2 || !request.has("x-request-id")))
      wrong.push_back("the smuggled request got through");
  }
  return wrong;
}

Words judge_class(const std::string& name, const H1Case& test_case, const H1Result& result, bool as_alternative) {
  if (name == "reject-4xx") return judge_reject(test_case, result);
  if (name == "accept") return judge_accept(test_case, result, as_alternative);
  if (name == "close") return judge_close(test_case, result);
  if (name == "must-not-forward-two-requests") return judge_one_request(test_case, result);
  throw std::runtime_error("unknown class " + name);
}

// POSIX, as std::regex does not compile without warnings under ASan on g++ 12.
bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  if (::regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
    throw std::runtime_error("bad pattern " + pattern);
  const bool found = ::regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  ::regfree(&compiled);
  return found;
}

std::vector<std::string> request_lines(const H1Result& result) {
  std::vector<std::string> lines;
  for (const auto& connection : result.upstream) {
    for (const auto& request : connection.requests) lines.push_back(request.head.start_line);
    lines.push_back(connection.raw.substr(0, connection.raw.find('\r')));
  }
  return lines;
}

Words judge_upstream(const H1Case& test_case, const H1Result& result) {
  Words wrong;
  const std::string bytes = result.upstream_bytes();
  for (const auto& part : test_case.upstream_must_contain) {
    if (bytes.find(part) == std::string::npos) wrong.push_back("the back-end did not get " + part);
  }
  for (const auto& part : test_case.upstream_must_not_contain) {
    if (contains_ignoring_case(bytes, part)) wrong.push_back("the back-end got " + part);
  }
  for (const auto& pattern : test_case.upstream_must_not_match) {
    for (const auto& line : request_lines(result)) {
      if (matches(line, pattern)) wrong.push_back("the back-end got " + line);
    }
  }
  const bool forwarded = !result.forwarded.empty();
  if (test_case.upstream_body && forwarded && result.forwarded.front().body != *test_case.upstream_body) {
    wrong.push_back("the back-end's body is " + result.forwarded.front().body);
  }
  for (const auto& connection : result.upstream) {
    if (connection.malformed) wrong.push_back("the back-end got something that is no request");
  }
  return wrong;
}

Words judge_response(const H1Case& test_case, const H1Result& result) {
  Words wrong;
  for (const auto& part : test_case.response_must_not_contain) {
    if (contains_ignoring_case(result.received, part)) wrong.push_back("the response contains " + part);
  }
  for (std::size_t i = 0; i < test_case.responses_in_order.size(); ++i) {
    const bool fits =
        i < result.answers.size() && result.answers[i].body.find(test_case.responses_in_order[i]) != std::string::npos;
    if (!fits) wrong.push_back("answer " + std::to_string(i + 1) + " is not for " + test_case.responses_in_order[i]);
  }
  if (test_case.max_work && result.work > *test_case.max_work)
    wrong.push_back("cost " + std::to_string(result.work->count()) + " ms");
  return wrong;
}

}  // namespace

std::vector<H1Case> read_h1_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<H1Case> cases;
  const json document = json::parse(file);
  for (const json& entry : document.at("cases")) cases.push_back(read_case(entry));
  return cases;
}

std::string H1Result::upstream_bytes() const {
  std::string bytes;
  for (const auto& connection : upstream) bytes += connection.raw;
  return bytes;
}

H1Result play(const H1Case& test_case, const RouterProcess& router, RecordingBackend& backend) {
  backend.clear();
  const auto before = router.cpu_time();
  H1Result result;
  RawClient client(router.port());
  for (const auto& step : test_case.steps) {
    if (!client.send(step.bytes)) break;                                  // a refusal may come before all of it is sent
    if (step.pause.count() > 0) std::this_thread::sleep_for(step.pause);  // the case itself is about time
    if (step.finish_sending) client.finish_sending();
  }
  const auto expected = std::max({std::size_t{1}, test_case.min_forwarded, test_case.responses_in_order.size()});
  while (result.answers.size() < expected) {
    auto answer = client.read(kAnswerTime);
    if (answer.status() == 0) break;
    result.answers.push_back(std::move(answer));
  }
  if (!router.is_sanitized()) result.work = router.cpu_time() - before;
  if (test_case.closes) result.closed = client.ends(kCloseTime);
  // The end of what the client sends is the barrier after which no further answer can come.
  client.finish_sending();
  result.ended = client.ends(kEndTime);
  result.received = client.received();
  client.close();
  const bool quiet = eventually([&backend] { return backend.is_quiet(); }, kQuietTime);
  result.forwarded = backend.requests();
  result.upstream = backend.connections();
  if (!quiet) throw std::runtime_error(test_case.id + ": a part of a request is still open at the back-end");
  return result;
}

std::vector<std::string> judge(const H1Case& test_case, const H1Result& result) {
  auto wrong = judge_class(test_case.expect, test_case, result, false);
  if (wrong.empty() && test_case.closes && !result.closed) wrong.push_back("the connection stays open");
  for (const auto& alternative : test_case.alternatives) {
    if (!wrong.empty() && judge_class(alternative, test_case, result, true).empty()) wrong.clear();
  }
  for (const auto& more : {judge_upstream(test_case, result), judge_response(test_case, result)}) {
    wrong.insert(wrong.end(), more.begin(), more.end());
  }
  return wrong;
}

std::string describe(const H1Result& result) {
  std::string text =
      "status " + std::to_string(result.status()) + (result.ended ? ", closed" : ", open") + ", forwarded:";
  for (const auto& request : result.forwarded) text += " [" + request.head.start_line + "]";
  return text;
}

}  // namespace router::test

#include "app/receipt_queries.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace router::app {
namespace {

using base::Result;
using base::Task;
using management::ReceiptQuestion;
using nlohmann::ordered_json;

constexpr std::size_t kMostLookedAt = 400;
constexpr std::size_t kReceiptsAtOnce = 50;

ordered_json parsed_receipt(const std::string& text) {
  auto receipt = ordered_json::parse(text, nullptr, false);
  return receipt.is_object() ? receipt : ordered_json::object();
}

ordered_json payload_of(const logout::SignedReceipt& receipt) {
  return parsed_receipt(logout::unverified_payload(receipt.jws));
}

ordered_json open_receipt(const logout::Receipt& receipt) {
  auto shown = parsed_receipt(to_json(receipt));
  shown["state"] = receipt.is_final() ? "final" : "open";
  return shown;
}

// What is not signed has none.
ordered_json with_state(const std::string& receipt) {
  auto shown = parsed_receipt(receipt);
  if (!shown.contains("state")) shown["state"] = "open";
  return shown;
}

base::Error no_such(std::string detail) { return {base::ErrorCode::not_found, base::Side::client, std::move(detail)}; }

bool is_asked_for(const ReceiptQuestion& question, const ordered_json& receipt) {
  const auto is = [&](const char* name, const std::string& wanted) {
    return wanted.empty() || receipt.value(name, "") == wanted;
  };
  if (!is("cause", question.cause) || !is("user", question.user)) return false;
  const auto at = receipt.value("at", std::uint64_t{0});
  if ((question.since && at < *question.since) || (question.until && at > *question.until)) return false;
  if (question.outcome.empty()) return true;
  const auto calls = receipt.find("backEnds");
  return calls != receipt.end() && std::any_of(calls->begin(), calls->end(), [&](const ordered_json& call) {
           return call.value("outcome", "") == question.outcome;
         });
}

// One line of a list: how many of each outcome instead of all calls.
ordered_json in_short(const ordered_json& receipt) {
  ordered_json line = ordered_json::object();
  for (const auto* name :
       {"id", "number", "state", "cause", "user", "application", "at", "complete", "durable", "provider"}) {
    if (const auto found = receipt.find(name); found != receipt.end()) line[name] = *found;
  }
  ordered_json outcomes = ordered_json::object();
  if (const auto calls = receipt.find("backEnds"); calls != receipt.end()) {
    for (const auto& call : *calls) {
      auto& count = outcomes[call.value("outcome", "")];
      count = (count.is_null() ? 0 : count.get<int>()) + 1;
    }
  }
  line["outcomes"] = std::move(outcomes);
  return line;
}

// Whether there may be a newer form of it: it was signed while it was open, or a call that was given up may be tried again.
bool may_be_followed(const ordered_json& receipt) {
  if (receipt.value("state", "") != "final" || receipt.contains("backEndsLeftOut")) return true;
  const auto calls = receipt.find("backEnds");
  return calls != receipt.end() && std::any_of(calls->begin(), calls->end(), [](const ordered_json& call) {
           return call.value("outcome", "") == to_string(logout::Outcome::dead);
         });
}

// The newest form says all. `open_are_shown`: those that go on here, as they are now.
Task<Result<bool>> is_newest(Parts& parts, const logout::SignedReceipt& receipt, bool open_are_shown) {
  const auto here = parts.receipts.find(receipt.logout_id);
  if (open_are_shown && here && !here->is_handed_over) co_return false;
  auto finding = parts.evidence.book->find(receipt.logout_id);
  const auto newest = co_await finding;
  if (!newest) co_return newest.error();
  co_return !*newest || (**newest).number == receipt.number;
}

// Those that are not signed in their final form: only what this process knows.
void add_open(const logout::Receipts& receipts, const ReceiptQuestion& question, ordered_json& to) {
  for (const auto& receipt : receipts.recent(0, logout::Receipts::kKept)) {
    if (to.size() >= question.limit) return;
    if (receipt->is_handed_over) continue;
    const auto shown = open_receipt(*receipt);
    if (is_asked_for(question, shown)) to.push_back(in_short(shown));
  }
}

}  // namespace

Task<Result<std::string>> list_receipts(Parts& parts, ReceiptQuestion question) {
  ordered_json logouts = ordered_json::array();
  if (!question.cursor && !question.as_jws) add_open(parts.receipts, question, logouts);
  auto cursor = question.cursor;
  // full of open ones: the book's begin on the next page
  if (!cursor && logouts.size() >= question.limit) cursor = std::numeric_limits<std::uint64_t>::max();
  std::size_t looked_at = 0;
  do {
    const auto wanted = std::min(kReceiptsAtOnce, question.limit - std::min(logouts.size(), question.limit));
    if (wanted == 0) break;
    auto reading = parts.evidence.book->page(cursor, wanted);
    const auto page = co_await reading;
    if (!page) co_return page.error();
    for (const auto& receipt : page->receipts) {
      const auto payload = payload_of(receipt);
      if (!is_asked_for(question, payload)) continue;
      if (question.as_jws) {
        // who verifies a chain needs all of it
        logouts.push_back(receipt.jws);
        continue;
      }
      if (may_be_followed(payload)) {
        auto judging = is_newest(parts, receipt, !question.cursor);
        const auto newest = co_await judging;
        if (!newest) co_return newest.error();
        if (!*newest) continue;
      }
      logouts.push_back(in_short(payload));
    }
    looked_at += page->receipts.size();
    cursor = page->next;
  } while (cursor && looked_at < kMostLookedAt);
  if (!question.as_jws) {
    std::stable_sort(logouts.begin(), logouts.end(), [](const ordered_json& one, const ordered_json& other) {
      return one.value("at", std::uint64_t{0}) > other.value("at", std::uint64_t{0});
    });
  }
  ordered_json body{{"logouts", std::move(logouts)}};
  if (cursor) body["next_cursor"] = std::to_string(*cursor);
  co_return base::json_text(body);
}

Task<Result<std::string>> show_receipt(Parts& parts, std::string logout_id, bool as_jws) {
  if (as_jws) {
    auto finding = parts.evidence.book->find(std::move(logout_id));
    auto found = co_await finding;
    if (!found) co_return found.error();
    if (*found) co_return std::move((**found).jws);
    co_return no_such("no such logout, or nothing of it is signed yet");
  }
  const auto here = parts.receipts.find(logout_id);
  if (here && !here->is_handed_over) co_return base::json_text(open_receipt(*here));
  auto reading = logout::read_newest(*parts.evidence.book, std::move(logout_id));
  auto kept = co_await reading;
  if (kept && *kept) co_return base::json_text(with_state(**kept));
  if (here) co_return base::json_text(open_receipt(*here));
  if (!kept) co_return kept.error();
  co_return no_such("no such logout");
}

}  // namespace router::app

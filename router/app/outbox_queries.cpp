#include "app/outbox_queries.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace router::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using logout::CallState;
using nlohmann::ordered_json;

ordered_json shown_call(const logout::ListedCall& call, const logout::FanOut& fan_out) {
  ordered_json shown{{"id", call.id},
                     {"logout_id", call.logout_id},
                     {"back_end", call.back_end},
                     {"state", call.state == CallState::buried ? "dead" : "pending"},
                     {"attempts", call.attempts}};
  const auto reason = call.reason.empty() ? fan_out.last_fault(call.logout_id, call.id) : call.reason;
  if (!reason.empty()) shown["reason"] = reason;
  shown["created"] = base::unix_seconds(call.created);
  shown["due"] = base::unix_seconds(call.due);
  return shown;
}

ordered_json shown_loads(const logout::FanOut& fan_out, const std::string& only) {
  ordered_json shown = ordered_json::array();
  for (const auto& load : fan_out.loads()) {
    if (!only.empty() && load.back_end != only) continue;
    shown.push_back(
        {{"back_end", load.back_end},
         {"waiting", load.waiting},
         {"oldest_seconds", static_cast<double>(load.oldest.value_or(base::milliseconds(0)).count()) / 1'000}});
  }
  return shown;
}

}  // namespace

Task<Result<std::string>> list_calls(logout::Outbox& outbox, const logout::FanOut& fan_out,
                                     management::OutboxQuestion question) {
  logout::CallFilter filter;
  filter.back_end = question.back_end;
  if (question.dead) filter.state = *question.dead ? CallState::buried : CallState::waiting;
  const auto offset = static_cast<std::size_t>(question.cursor);
  auto listing = outbox.list(std::move(filter), {offset, question.limit + 1});
  const auto listed = co_await listing;
  if (!listed) co_return listed.error();
  const bool has_more = listed->size() > question.limit;
  ordered_json calls = ordered_json::array();
  for (const auto& call : *listed) {
    if (calls.size() < question.limit) calls.push_back(shown_call(call, fan_out));
  }
  ordered_json body{{"back_ends", shown_loads(fan_out, question.back_end)}, {"calls", std::move(calls)}};
  if (has_more) body["next_cursor"] = std::to_string(offset + question.limit);
  co_return base::json_text(body);
}

Task<Result<management::Retried>> retry_calls(logout::FanOut& fan_out, logout::Outbox& outbox,
                                              management::RetryWish wish) {
  logout::CallFilter filter;
  filter.state = CallState::buried;
  filter.call_id = wish.call_id;
  filter.back_end = wish.back_end;
  auto retrying = fan_out.retry_dead(std::move(filter));
  const auto count = co_await retrying;
  if (!count) co_return count.error();
  if (*count == 0 && !wish.call_id.empty()) {
    co_return Error{ErrorCode::not_found, Side::client, "no such call was given up"};
  }
  management::Retried retried{*count, *count >= logout::FanOut::kRetryBatch, std::nullopt};
  auto counting = outbox.buried();
  const auto left = co_await counting;
  if (left) retried.left = *left;
  co_return retried;
}

Task<Result<void>> drop_call(logout::Outbox& outbox, std::string call_id) {
  auto listing = outbox.list({.call_id = call_id}, {0, 1});
  const auto listed = co_await listing;
  if (!listed) co_return listed.error();
  if (listed->empty()) co_return Error{ErrorCode::not_found, Side::client, "no such call"};
  if (listed->front().state != CallState::buried) {
    co_return Error{ErrorCode::conflict, Side::client, "it is still being tried, and given up in time"};
  }
  auto settling = outbox.settle(std::move(call_id));
  auto settled = co_await settling;
  co_return settled;
}

}  // namespace router::app

#include "pipeline/pipeline.h"

#include "base/guarded.h"
#include "base/log.h"
#include "pipeline/error_reply.h"
#include "pipeline/filters/filters.h"
#include "pipeline/order.h"
#include "pipeline/request_ids.h"

namespace router::pipeline {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

bool goes_on(const Result<Verdict>& verdict) { return verdict && std::holds_alternative<Continue>(*verdict); }

http::Response to_response(Context& context, Result<Verdict>& verdict) {
  if (verdict) return std::move(std::get<http::Response>(*verdict));
  log_fault(context, verdict.error());
  return error_response(context, verdict.error());
}

// Whether there is nothing to be sent any more, or nobody to send it to.
bool is_settled(const Context& context, const Result<Verdict>& verdict) {
  if (context.exchange.response_started()) {
    if (!verdict) log_fault(context, verdict.error());
    return true;
  }
  return verdict ? std::holds_alternative<Answered>(*verdict) : verdict.error().code == ErrorCode::cancelled;
}

Task<void> answer(Context& context, Result<Verdict>& verdict) {
  auto response = to_response(context, verdict);
  complete_own_response(context, response);
  context.status = response.status;
  context.bytes_sent = response.body.size();
  auto sent = co_await context.exchange.respond(std::move(response));
  if (!sent) base::log_debug("response.not_sent", {{"request_id", context.trace.request_id}});
}

// Where even the error page could not be made.
Task<void> answer_plainly(Context& context, const Error& error) {
  log_fault(context, error);
  if (context.exchange.response_started()) co_return;
  auto response = http::text_response(500, "Internal Server Error\n");
  response.headers.set("x-request-id", context.trace.request_id);
  context.status = response.status;
  auto sent = co_await context.exchange.respond(std::move(response));
  if (!sent) base::log_debug("response.not_sent", {{"request_id", context.trace.request_id}});
}

}  // namespace

Task<void> Pipeline::handle(net::Exchange& exchange) {
  const auto graph = graph_;  // a reload must not pull it away
  Context context(exchange, *graph, pool_);
  context.started = graph->parts.clock.steady();
  Result<Verdict> verdict = Error{ErrorCode::internal, Side::router, "no stage answered"};
  try {
    // all of them in this frame: nearly every request waits in the last one alone
    for (const auto& stage : request_stages()) {
      if (!stage.concerns(context)) continue;
      if (const auto* plain = std::get_if<PlainStage>(&stage.run)) {
        auto judged = (*plain)(context);
        if (goes_on(judged)) continue;
        verdict = std::move(judged);
      } else {
        auto judged = co_await (*std::get_if<WaitingStage>(&stage.run))(context);
        if (goes_on(judged)) continue;
        verdict = std::move(judged);
      }
      break;
    }
  } catch (...) {
    verdict = base::caught_error();
  }
  std::optional<Error> thrown;
  try {
    if (!is_settled(context, verdict)) co_await answer(context, verdict);
  } catch (...) {
    thrown = base::caught_error();
  }
  try {
    if (thrown) co_await answer_plainly(context, *thrown);
    co_await end_of_request(context);
  } catch (...) {
    log_fault(context, base::caught_error());
  }
  graph->metrics.ended(context);
  try {
    log_access(context);
  } catch (...) {
    base::note_exception();
  }
}

http::Response Pipeline::refusal(const Error& error, const http::Headers& read) {
  const auto id = request_id_of(read);
  base::log_gathered(base::LogLevel::info, "request.refused",
                     {{"request_id", id}, {"code", base::to_string(error.code)}, {"detail", error.detail}});
  auto response = refusal_response(error);
  graph_->metrics.refused(response.status);
  complete_own_response(*graph_->config, id, response);
  return response;
}

}  // namespace router::pipeline

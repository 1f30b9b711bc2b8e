#include "pipeline/request_metrics.h"

#include "pipeline/context.h"

namespace router::pipeline {
namespace {

// Series of a family: six classes for each of some hundred routes.
constexpr std::size_t kMostSeries = 6'000;
constexpr std::array<std::string_view, 6> kClassNames{"aborted", "1xx", "2xx", "3xx", "4xx", "5xx"};

const base::CounterFamily kRequests("xsrouter_requests_total",
                                    "Requests by route and class of status; aborted: nothing was answered.",
                                    {"route", "source", "class"}, kMostSeries);
const base::CounterFamily kResponseBytes("xsrouter_response_bytes_total", "Bytes of bodies answered with, by route.",
                                         {"route", "source"});
const base::HistogramFamily kUntilHead("xsrouter_request_seconds",
                                       "From a request's head to the head of its answer, by route.",
                                       {"route", "source"});

}  // namespace

RequestMetrics::OfRoute RequestMetrics::series_of(const std::string& route, const std::string& source) {
  OfRoute made;
  for (std::size_t i = 0; i < kClasses; ++i) made.by_class[i] = kRequests.with(route, source, kClassNames[i]);
  made.bytes = kResponseBytes.with(route, source);
  made.until_head = kUntilHead.with(route, source);
  return made;
}

RequestMetrics::RequestMetrics(const config::Configuration& config) : elsewhere_(series_of("none", "")) {
  for (const auto& route : config.plugins) routes_.push_back(series_of("plugin " + route.plugin, route.source));
  for (const auto& route : config.routes) routes_.push_back(series_of(std::to_string(route.index), route.source));
}

std::size_t RequestMetrics::class_of(int status) {
  const auto number = static_cast<std::size_t>(std::max(status, 0)) / 100;
  return number < kClasses ? number : kClasses - 1;
}

const RequestMetrics::OfRoute& RequestMetrics::of(const Context& context) const {
  const auto& match = context.match;
  // a set of routes that is not the descriptor's has places of its own
  return match.found() && match.set == context.graph.routes ? routes_[match.position] : elsewhere_;
}

void RequestMetrics::head_ready(const Context& context) const {
  of(context).until_head.observe(context.graph.parts.clock.steady() - context.started);
}

void RequestMetrics::ended(const Context& context) const {
  const auto& route = of(context);
  route.by_class[class_of(context.status)].add();
  route.bytes.add(context.bytes_sent);
}

void RequestMetrics::refused(int status) const { elsewhere_.by_class[class_of(status)].add(); }

}  // namespace router::pipeline

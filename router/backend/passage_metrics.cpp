#include "backend/passage_metrics.h"

namespace router::backend {
namespace {

const base::HistogramFamily kUntilHead("xsrouter_upstream_seconds",
                                       "From asking a back-end to the head of its answer, by destination.",
                                       {"destination"});
const base::CounterFamily kFaults("xsrouter_upstream_faults_total",
                                  "Requests that a back-end failed, by destination and what it did.",
                                  {"destination", "fault"});

constexpr std::string_view kFailureAnswered = "5xx";  // beside the codes of errors

}  // namespace

PassageMetrics::PassageMetrics(const std::string& back_end)
    : until_head(kUntilHead.with(back_end)), failures(kFaults.with(back_end, kFailureAnswered)) {}

void note_fault(const std::string& back_end, std::string_view how) { kFaults.with(back_end, how).add(); }

}  // namespace router::backend

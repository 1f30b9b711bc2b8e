#include "backend/passage.h"

namespace router::backend {
namespace {

const base::HistogramFamily kUntilHead("xsrouter_upstream_seconds",
                                       "From asking a back-end to the head of its answer, by destination.",
                                       {"destination"});
const base::CounterFamily kFaults("xsrouter_upstream_faults_total",
                                  "Requests that a back-end failed, by destination and what it did.",
                                  {"destination", "fault"});

}  // namespace

base::Histogram until_head(const std::string& back_end) { return kUntilHead.with(back_end); }

void note_fault(const std::string& back_end, std::string_view how) { kFaults.with(back_end, how).add(); }

}  // namespace router::backend

#include "storage/store_metrics.h"

namespace router::storage {
namespace {

const base::HistogramFamily kStoreSeconds("xsrouter_store_seconds",
                                          "Time that a call to a store takes: the state file, or Redis.", {"store"});
const base::CounterFamily kStoreErrors("xsrouter_store_errors_total", "Calls to a store that failed.", {"store"});

StoreMetrics metrics_of(const char* store) { return {kStoreSeconds.with(store), kStoreErrors.with(store)}; }

}  // namespace

const StoreMetrics& file_metrics() {
  static const StoreMetrics metrics = metrics_of("file");
  return metrics;
}

const StoreMetrics& redis_metrics() {
  static const StoreMetrics metrics = metrics_of("redis");
  return metrics;
}

}  // namespace router::storage

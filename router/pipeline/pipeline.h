// Runs a request through the stages and sends what comes of it. One Pipeline a loop.
//
// The last catch is here: whatever is thrown below ends as a 500 page, never as a dead process.
// Owner: app/router. replace_graph() is called on the loop after a reload; requests under way keep the graph they
// began with.
#pragma once

#include <memory>

#include "net/exchange.h"
#include "pipeline/context.h"
#include "pipeline/graph.h"

namespace router::pipeline {

class Pipeline final : public net::Handler {
 public:
  Pipeline(std::shared_ptr<const Graph> graph, net::BackendPool& pool) : graph_(std::move(graph)), pool_(pool) {}

  base::Task<void> handle(net::Exchange& exchange) override;
  http::Response refusal(const base::Error& error, const http::Headers& read) override;

  void replace_graph(std::shared_ptr<const Graph> graph) { graph_ = std::move(graph); }

 private:
  std::shared_ptr<const Graph> graph_;
  net::BackendPool& pool_;
};

}  // namespace router::pipeline

// What is counted about requests: by route and class of status, how long until the answer's head, bytes.
//
// One per graph; its series outlive it, so that a reload goes on counting where the routes are the same. A request costs
// some additions to cells of its thread (base/metrics.h). Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/metrics.h"
#include "config/model.h"

namespace router::pipeline {

struct Context;

class RequestMetrics {
 public:
  // Of all routes of the configuration, in the order of its route table.
  explicit RequestMetrics(const config::Configuration& config);

  // The answer's head is about to go out.
  void head_ready(const Context& context) const;
  void ended(const Context& context) const;
  // Of a request that could not be read.
  void refused(int status) const;

 private:
  static constexpr std::size_t kClasses = 6;  // aborted, 1xx to 5xx

  struct OfRoute {
    std::array<base::Counter, kClasses> by_class;
    base::Counter bytes;
    base::Histogram until_head;
  };
  static OfRoute series_of(const std::string& route, const std::string& source);
  static std::size_t class_of(int status);
  const OfRoute& of(const Context& context) const;

  std::vector<OfRoute> routes_;
  OfRoute elsewhere_;  // what the router answers itself, and what no route takes
};

}  // namespace router::pipeline

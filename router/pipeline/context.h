// One request on its way through the stages: what they know of it, and what they do something with.
//
// Made by pipeline/pipeline for each request, on the connection's loop; lives until the response has been sent.
#pragma once

#include "backend/backend.h"
#include "base/clock.h"
#include "net/exchange.h"
#include "pipeline/request_state.h"

namespace router::pipeline {

struct Context : RequestState {
  Context(net::Exchange& of, const Graph& with, net::BackendPool& via)
      : RequestState(of.request(), with, of.endpoints()), exchange(of), pool(via) {}

  net::Exchange& exchange;
  net::BackendPool& pool;

  bool may_open_session = false;  // an anonymous one: certainly no session of this browser lives

  // For the access log.
  base::SteadyTime started;
  int status = 0;
  std::uint64_t bytes_sent = 0;
  base::milliseconds upstream_time{-1};
};

}  // namespace router::pipeline

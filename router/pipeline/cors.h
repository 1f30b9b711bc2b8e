// What the descriptor's `cors` says about a request; what is then answered is the stage's part
// (stages/check_cors.cpp).
//
// Pure; any thread. Source: README of @sap/approuter, "cors"; Fetch standard, section "CORS protocol".
#pragma once

#include "base/result.h"
#include "config/model.h"
#include "http/external.h"
#include "http/message.h"

namespace router::pipeline {

struct CorsJudgement {
  enum class Outcome {
    no_concern,  // no policy for this path and host, no Origin, or our own
    preflight,   // answered by the router
    allowed,
    refused,
  };
  Outcome outcome = Outcome::no_concern;
  const config::CorsPolicy* policy = nullptr;  // absent: none is for this path and host
  std::string_view refused;                    // what is not allowed: "the origin", "the method", "a header"
};

// `target`: whose path uriPattern is matched against. Errors: those of base::Pattern (a regular expression takes too
// long).
base::Result<CorsJudgement> judge_cors(const config::Configuration& config, const http::Request& request,
                                       const http::Target& target, const http::External& external);

}  // namespace router::pipeline

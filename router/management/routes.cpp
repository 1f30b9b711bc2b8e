#include "management/routes.h"

#include <array>

#include "management/handlers.h"

namespace router::management {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";

constexpr std::string_view kReadinessSchema = R"({
  "type": "object", "required": ["ready", "draining", "dependencies"], "additionalProperties": false,
  "properties": {
    "ready": {"type": "boolean"},
    "draining": {"type": "boolean", "description": "the router is stopping"},
    "dependencies": {"type": "array", "items": {
      "type": "object", "required": ["name", "ready"], "additionalProperties": false,
      "properties": {"name": {"type": "string"}, "ready": {"type": "boolean"}, "detail": {"type": "string"}}}}}})";

constexpr std::string_view kHealthSchema =
    R"({"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}})";

constexpr std::string_view kConfigSchema = R"({
  "type": "object", "required": ["directory", "descriptor", "variables"],
  "properties": {
    "directory": {"type": "string"},
    "descriptor": {"type": "object", "description": "xs-app.json as it is understood"},
    "variables": {"type": "array", "items": {
      "type": "object", "required": ["name", "source"],
      "properties": {"name": {"type": "string"},
                     "source": {"enum": ["environment", "default-env.json", "default"]}}}}}})";

constexpr std::string_view kReloadSchema = R"({
  "type": "object", "required": ["reloaded", "check", "needs_restart"],
  "properties": {
    "reloaded": {"type": "boolean"},
    "reason": {"type": "string"},
    "check": {"type": "object", "description": "what `xs-router check --json` says"},
    "needs_restart": {"type": "array", "items": {"type": "string"}}}})";

constexpr std::string_view kLogLevelSchema = R"({
  "type": "object", "required": ["level", "events"], "additionalProperties": false,
  "properties": {
    "level": {"enum": ["debug", "info", "warning", "error", "off"]},
    "events": {"type": "object", "description": "those with a level of their own",
               "additionalProperties": {"enum": ["debug", "info", "warning", "error", "off"]}}}})";

constexpr std::string_view kLogLevelWishSchema = R"({
  "type": "object", "required": ["level"], "additionalProperties": false,
  "properties": {
    "level": {"enum": ["debug", "info", "warning", "error", "off"]},
    "event": {"type": "string", "maxLength": 100, "description": "only lines of this event"},
    "minutes": {"type": "integer", "minimum": 1, "maximum": 60, "default": 60}}})";

constexpr std::string_view kExplainSchema = R"({
  "type": "object", "required": ["url"], "additionalProperties": false,
  "properties": {
    "method": {"type": "string"},
    "url": {"type": "string", "description": "absolute, or a path"},
    "headers": {"type": "array", "items": {"type": "string", "description": "Name: value"}}}})";

constexpr std::string_view kReceiptsSchema = R"({
  "type": "object", "required": ["logouts"], "additionalProperties": false,
  "properties": {
    "logouts": {"type": "array", "description": "newest first; with format=jws as compact JWS", "items": {
      "oneOf": [{"type": "string"},
                {"type": "object", "required": ["id", "cause", "user", "at", "complete", "outcomes"],
                 "properties": {"id": {"type": "string"}, "number": {"type": "integer"},
                                "state": {"enum": ["open", "final"]}, "cause": {"type": "string"},
                                "user": {"type": "string"}, "at": {"type": "integer", "description": "Unix seconds"},
                                "complete": {"type": "boolean"},
                                "outcomes": {"type": "object", "additionalProperties": {"type": "integer"}}}}]}},
    "next_cursor": {"type": "string", "description": "for the next page; absent: that was all"}}})";

constexpr std::string_view kReceiptSchema = R"({
  "type": "object", "required": ["id", "cause", "user", "at", "complete", "durable", "sessions", "backEnds"],
  "properties": {
    "id": {"type": "string"}, "cause": {"type": "string"}, "user": {"type": "string"}, "at": {"type": "integer"},
    "complete": {"type": "boolean"}, "durable": {"type": "boolean"}, "knownEverywhere": {"type": "boolean"}, "state": {"enum": ["open", "final"]},
    "sessions": {"type": "array", "items": {"type": "string", "description": "fingerprint"}},
    "backEnds": {"type": "array", "items": {
      "type": "object", "required": ["backEnd", "outcome", "attempts"],
      "properties": {"outcome": {"enum": ["pending", "confirmed", "refused", "unconfirmed", "dead"]}}}}}})";

constexpr std::string_view kKeysSchema =
    R"({"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": {"type": "object"}}}})";

constexpr std::string_view kAnyObject = R"({"type": "object"})";

constexpr Answer kBadBody{400, "The body is not what is asked for.", kProblem, ""};
constexpr Answer kNoAnswer{503, "The router did not answer in time.", kProblem, ""};

constexpr std::array kHealth{Answer{200, "The process answers.", kJson, kHealthSchema}};
constexpr std::array kReady{Answer{200, "Requests are welcome.", kJson, kReadinessSchema},
                            Answer{503, "Not yet, or not any more.", kJson, kReadinessSchema}};
constexpr std::array kMetrics{Answer{200, "All metrics; OpenMetrics where Accept asks for it.", "text/plain", ""},
                              Answer{200, "All metrics.", "application/openmetrics-text", ""}};
constexpr std::array kConfig{
    Answer{200, "What is in force, and where it comes from; secrets as ***.", kJson, kConfigSchema}};
constexpr std::array kReload{Answer{200, "The new configuration is in force.", kJson, kReloadSchema},
                             Answer{422, "It has errors; the old one goes on.", kJson, kReloadSchema}, kNoAnswer};
constexpr std::array kLogLevel{Answer{200, "What is logged.", kJson, kLogLevelSchema}};
constexpr std::array kSetLogLevel{Answer{200, "What is logged now.", kJson, kLogLevelSchema}, kBadBody,
                                  Answer{409, "Too many events with a level of their own.", kProblem, ""}};
constexpr std::array kExplain{Answer{200, "What the request would meet, step by step.", kJson, kAnyObject}, kBadBody,
                              kNoAnswer};
constexpr std::array kReceipts{
    Answer{200, "By cause, user, outcome, since, until, limit (50), cursor; format=jws.", kJson, kReceiptsSchema},
    Answer{400, "A parameter is not what it should be.", kProblem, ""}, kNoAnswer};
constexpr std::array kReceipt{Answer{200, "The receipt as it is now.", kJson, kReceiptSchema},
                              Answer{200, "With format=jws: what was signed last.", "application/jose", ""},
                              Answer{404, "No such logout.", kProblem, ""}, kNoAnswer};
constexpr std::array kReceiptKeys{
    Answer{200, "Public keys of the receipts that are kept.", "application/jwk-set+json", kKeysSchema}, kNoAnswer};
constexpr std::array kOpenapi{Answer{200, "This description.", kJson, kAnyObject}};

constexpr std::array kRoutes{
    // for whoever starts and watches the process: no token
    Route{"GET", "/health", "Whether the process is alive", Right::nothing, &health, "", kHealth},
    Route{"GET", "/ready", "Whether it should get requests, and what it waits for", Right::nothing, &ready, "", kReady},
    // for those who look
    Route{"GET", "/metrics", "Metrics for Prometheus", Right::look, &metrics, "", kMetrics},
    Route{"GET", "/api/config", "The configuration in force", Right::look, &configuration, "", kConfig},
    Route{"GET", "/api/log-level", "What is logged", Right::look, &log_level, "", kLogLevel},
    Route{"POST", "/api/explain", "What a request would meet", Right::look, &explain, kExplainSchema, kExplain},
    Route{"GET", "/api/logouts", "Receipts of logouts", Right::look, &receipts, "", kReceipts},
    Route{"GET", "/api/logouts/{id}", "The receipt of one logout", Right::look, &receipt, "", kReceipt},
    Route{"GET", "/xs-router/receipts/jwks.json", "The keys that receipts are signed with", Right::look, &receipt_keys,
          "", kReceiptKeys},
    Route{"GET", "/openapi.json", "This description", Right::look, &openapi, "", kOpenapi},
    // for those who change something
    Route{"POST", "/api/reload", "Read the configuration anew", Right::everything, &reload, "", kReload},
    Route{"PUT", "/api/log-level", "Log more, or less, for a while", Right::everything, &set_log_level,
          kLogLevelWishSchema, kSetLogLevel},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace router::management

// JSON Schemas of what the management port takes and answers, for /openapi.json (management/routes.cpp). A test holds every
// answer against them.
#pragma once

#include <string_view>

namespace router::management {

inline constexpr std::string_view kReadinessSchema = R"({
  "type": "object", "required": ["ready", "draining", "dependencies"], "additionalProperties": false,
  "properties": {
    "ready": {"type": "boolean"},
    "draining": {"type": "boolean", "description": "the router is stopping"},
    "dependencies": {"type": "array", "items": {
      "type": "object", "required": ["name", "ready"], "additionalProperties": false,
      "properties": {"name": {"type": "string"}, "ready": {"type": "boolean"}, "detail": {"type": "string"}}}}}})";

inline constexpr std::string_view kHealthSchema =
    R"({"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}})";

inline constexpr std::string_view kConfigSchema = R"({
  "type": "object", "required": ["directory", "descriptor", "variables"],
  "properties": {
    "directory": {"type": "string"},
    "descriptor": {"type": "object", "description": "xs-app.json as it is understood"},
    "variables": {"type": "array", "items": {
      "type": "object", "required": ["name", "source"],
      "properties": {"name": {"type": "string"},
                     "source": {"enum": ["environment", "default-env.json", "default"]}}}},
    "check": {"type": "object", "description": "what `xs-router check --json` says: warnings"}}})";

inline constexpr std::string_view kReloadSchema = R"({
  "type": "object", "required": ["reloaded", "check", "needs_restart"],
  "properties": {
    "reloaded": {"type": "boolean"},
    "reason": {"type": "string"},
    "check": {"type": "object", "description": "what `xs-router check --json` says"},
    "needs_restart": {"type": "array", "items": {"type": "string"}}}})";

inline constexpr std::string_view kLogLevelSchema = R"({
  "type": "object", "required": ["level", "events"], "additionalProperties": false,
  "properties": {
    "level": {"enum": ["debug", "info", "warning", "error", "off"]},
    "events": {"type": "object", "description": "those with a level of their own",
               "additionalProperties": {"enum": ["debug", "info", "warning", "error", "off"]}}}})";

inline constexpr std::string_view kLogLevelWishSchema = R"({
  "type": "object", "required": ["level"], "additionalProperties": false,
  "properties": {
    "level": {"enum": ["debug", "info", "warning", "error", "off"]},
    "event": {"type": "string", "maxLength": 100, "description": "only lines of this event"},
    "minutes": {"type": "integer", "minimum": 1, "maximum": 60, "default": 60}}})";

inline constexpr std::string_view kExplainSchema = R"({
  "type": "object", "required": ["url"], "additionalProperties": false,
  "properties": {
    "method": {"type": "string"},
    "url": {"type": "string", "description": "absolute, or a path"},
    "headers": {"type": "array", "items": {"type": "string", "description": "Name: value"}},
    "body": {"type": "string", "description": "of a signal: its token, or the claims of one as JSON; `signal` of the answer says whose sessions are meant, 20 at most"}}})";

inline constexpr std::string_view kReceiptsSchema = R"({
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

inline constexpr std::string_view kReceiptOrEndingSchema = R"({"oneOf": [{
  "type": "object", "required": ["id", "cause", "user", "at", "complete", "durable", "sessions", "backEnds"],
  "properties": {
    "id": {"type": "string"}, "cause": {"type": "string"}, "user": {"type": "string"}, "at": {"type": "integer"},
    "signal": {"type": "object"},
    "complete": {"type": "boolean"}, "durable": {"type": "boolean"}, "knownEverywhere": {"type": "boolean"},
    "state": {"enum": ["open", "final"]},
    "sessions": {"type": "array", "items": {"type": "string", "description": "fingerprint"}},
    "backEnds": {"type": "array", "items": {
      "type": "object", "required": ["backEnd", "outcome", "attempts"],
      "properties": {"outcome": {"enum": ["pending", "confirmed", "refused", "unconfirmed", "dead"]}}}}}}, {
  "type": "object", "required": ["id", "state", "what", "matching", "more", "ended", "started"],
  "properties": {"state": {"enum": ["running", "done", "failed"]}, "matching": {"type": "integer"}, "ended": {"type": "integer"}}}]})";

inline constexpr std::string_view kKeysSchema =
    R"({"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": {"type": "object"}}}})";

inline constexpr std::string_view kOverviewSchema = R"({
  "type": "object", "additionalProperties": false,
  "required": ["at", "uptime_seconds", "window_seconds", "problems", "requests", "connections", "sessions", "logouts", "back_ends"],
  "properties": {
    "at": {"type": "number", "description": "Unix seconds"},
    "uptime_seconds": {"type": "number"},
    "window_seconds": {"type": "number", "description": "what rates and quantiles are of"},
    "problems": {"type": "array", "items": {"type": "string"}},
    "requests": {"type": "object", "additionalProperties": {"type": ["number", "null"]},
      "required": ["total", "client_errors", "server_errors", "per_second", "p50_ms", "p99_ms"]},
    "connections": {"type": "object", "additionalProperties": {"type": "integer"},
      "required": ["clients", "live_answers", "upstream_open", "upstream_idle", "upstream_waiting"]},
    "sessions": {"type": "object", "additionalProperties": {"type": "integer"},
      "required": ["users", "anonymous", "created", "over"]},
    "logouts": {"type": "object", "additionalProperties": false,
      "required": ["calls", "confirmed_per_second", "waiting", "oldest_seconds"],
      "properties": {"calls": {"type": "object", "additionalProperties": {"type": "integer"}},
                     "confirmed_per_second": {"type": "number"}, "waiting": {"type": "integer"},
                     "oldest_seconds": {"type": "number"}}},
    "back_ends": {"type": "array", "items": {
      "type": "object", "required": ["name", "requests", "per_second", "faults", "faults_per_second", "error_share", "open", "idle", "waiting", "p50_ms", "p99_ms"],
      "properties": {"name": {"type": "string"}, "requests": {"type": "integer"}, "per_second": {"type": "number"},
                     "faults": {"type": "integer", "description": "5xx, or no answer"}, "faults_per_second": {"type": "number"},
                     "error_share": {"type": ["number", "null"], "description": "of what it was asked; null: nothing"},
                     "open": {"type": "integer", "description": "connections, idle ones too; back-ends of one origin share them"},
                     "idle": {"type": "integer"}, "waiting": {"type": "integer", "description": "requests without a connection"},
                     "p50_ms": {"type": ["number", "null"]}, "p99_ms": {"type": ["number", "null"]}}}}}})";

inline constexpr std::string_view kHistorySchema = R"({
  "type": "object", "required": ["every_seconds", "points"], "additionalProperties": false,
  "properties": {
    "every_seconds": {"type": "integer"},
    "points": {"type": "array", "description": "180 at most", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["at", "per_second", "server_errors_per_second", "p50_ms", "p99_ms", "users", "confirmed_per_second", "waiting"],
      "properties": {
        "at": {"type": "number", "description": "Unix seconds; rates and quantiles are of the time since the point before"},
        "per_second": {"type": "number"}, "server_errors_per_second": {"type": "number"},
        "p50_ms": {"type": ["number", "null"]}, "p99_ms": {"type": ["number", "null"]},
        "users": {"type": "integer", "description": "their sessions"},
        "confirmed_per_second": {"type": "number", "description": "logout calls"},
        "waiting": {"type": "integer", "description": "logout calls"}}}}}})";

inline constexpr std::string_view kRoutesSchema = R"({
  "type": "object", "required": ["routes"], "additionalProperties": false,
  "properties": {"routes": {"type": "array", "items": {
    "type": "object", "additionalProperties": false,
    "required": ["route", "source", "hits", "client_errors", "server_errors", "p50_ms", "p99_ms"],
    "properties": {
      "route": {"type": "string", "description": "as in the metrics; none: what no route took"},
      "source": {"type": "string"}, "target": {"type": "string"}, "destination": {"type": "string"},
      "service": {"type": "string"}, "localDir": {"type": "string"}, "authenticationType": {"type": "string"},
      "hits": {"type": "integer"}, "client_errors": {"type": "integer"}, "server_errors": {"type": "integer"},
      "p50_ms": {"type": ["number", "null"]}, "p99_ms": {"type": ["number", "null"]}}}}}})";

inline constexpr std::string_view kSessionsSchema = R"({
  "type": "object", "required": ["sessions"], "additionalProperties": false,
  "properties": {
    "sessions": {"type": "array", "description": "oldest first", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["fingerprint", "kind", "user", "user_fingerprint", "tenant", "provider", "created", "age_seconds", "holds"],
      "properties": {
        "fingerprint": {"type": "string"}, "kind": {"enum": ["user", "anonymous"]}, "user": {"type": "string"},
        "user_fingerprint": {"type": "string", "description": "that lines of the log have"},
        "tenant": {"type": "string"}, "provider": {"type": "string"},
        "created": {"type": "integer", "description": "Unix seconds"}, "age_seconds": {"type": "integer"},
        "unused_seconds": {"type": "integer", "description": "since its last use; absent: not known, shortly before its latest end"},
        "ends_in_seconds": {"type": "integer", "description": "unless it is used"},
        "ended_applications": {"type": "array", "items": {"type": "string"}},
        "holds": {"type": "object", "additionalProperties": false, "required": ["tokens", "cookies", "services"],
          "properties": {
            "tokens": {"type": "array", "items": {"enum": ["access", "refresh", "id"]}},
            "cookies": {"type": "object", "description": "how many, by destination", "additionalProperties": {"type": "integer"}},
            "services": {"type": "array", "items": {"type": "string"}}}}}}},
    "next_cursor": {"type": "string", "description": "for the next page; absent: that was all"}}})";

inline constexpr std::string_view kEndWishSchema = R"({
  "type": "object", "additionalProperties": false, "description": "exactly one of user, tenant, provider, all",
  "properties": {"user": {"type": "string"}, "tenant": {"type": "string"}, "provider": {"type": "string"},
                 "all": {"const": true}, "dry_run": {"type": "boolean", "default": false}}})";

inline constexpr std::string_view kDryRunSchema = R"({
  "type": "object", "required": ["dry_run", "matching", "more"], "additionalProperties": false,
  "properties": {"dry_run": {"const": true}, "matching": {"type": "integer"},
                 "more": {"type": "boolean", "description": "there may be more than were counted"}}})";

inline constexpr std::string_view kEndingSchema = R"({
  "type": "object", "additionalProperties": false,
  "required": ["id", "state", "what", "matching", "more", "ended", "started"],
  "properties": {
    "id": {"type": "string", "description": "ask for it at /api/logouts/{id}"},
    "state": {"enum": ["running", "done", "failed"]},
    "what": {"type": "string"},
    "matching": {"type": "integer", "description": "when it began"}, "more": {"type": "boolean"},
    "ended": {"type": "integer"}, "started": {"type": "integer", "description": "Unix seconds"},
    "finished": {"type": "integer"}, "logout_id": {"type": "string", "description": "of the first receipt"},
    "reason": {"type": "string", "description": "why it failed"}}})";

inline constexpr std::string_view kEndedSchema = R"({
  "type": "object", "required": ["ended", "logout_id"], "additionalProperties": false,
  "properties": {"ended": {"type": "integer"}, "logout_id": {"type": "string"}}})";

inline constexpr std::string_view kSignalsSchema = R"({
  "type": "object", "required": ["transmitters", "subscribers"], "additionalProperties": false,
  "properties": {
    "transmitters": {"type": "array", "items": {
      "type": "object", "required": ["issuer", "audience", "delivery", "taken", "refused"], "additionalProperties": false,
      "properties": {
        "issuer": {"type": "string"}, "audience": {"type": "string"}, "delivery": {"enum": ["push", "poll"]},
        "polled_here": {"type": "boolean", "description": "by this replica"},
        "taken": {"type": "integer"}, "refused": {"type": "integer"},
        "last_event": {"type": "string"}, "last_at": {"type": "integer", "description": "Unix seconds"},
        "lag_ms": {"type": "integer", "description": "how long the last one was on its way"},
        "verified_at": {"type": "integer", "description": "Unix seconds"}, "verified_state": {"type": "string"},
        "status": {"type": "string", "description": "as the transmitter said last"},
        "fault": {"type": "string", "description": "why it cannot be polled"}}}},
    "subscribers": {"type": "array", "items": {
      "type": "object", "required": ["audience", "delivery", "waiting"], "additionalProperties": false,
      "properties": {
        "audience": {"type": "string"}, "delivery": {"enum": ["push", "poll"]}, "url": {"type": "string"},
        "waiting": {"type": "integer", "description": "tokens that it has not taken yet"}}}}}})";

inline constexpr std::string_view kOutboxSchema = R"({
  "type": "object", "required": ["back_ends", "calls"], "additionalProperties": false,
  "properties": {
    "back_ends": {"type": "array", "items": {
      "type": "object", "required": ["back_end", "waiting", "oldest_seconds"], "additionalProperties": false,
      "properties": {"back_end": {"type": "string"}, "waiting": {"type": "integer"}, "oldest_seconds": {"type": "number"}}}},
    "calls": {"type": "array", "description": "oldest first", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["id", "logout_id", "back_end", "state", "attempts", "created", "due"],
      "properties": {
        "id": {"type": "string"}, "logout_id": {"type": "string"}, "back_end": {"type": "string"},
        "state": {"enum": ["pending", "dead"]}, "attempts": {"type": "integer"}, "reason": {"type": "string"},
        "created": {"type": "integer", "description": "Unix seconds"}, "due": {"type": "integer"}}}},
    "next_cursor": {"type": "string", "description": "for the next page; absent: that was all"}}})";

inline constexpr std::string_view kRetryWishSchema = R"({
  "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
  "properties": {"id": {"type": "string"}, "back_end": {"type": "string"}, "all": {"const": true}}})";

inline constexpr std::string_view kRetriedSchema =
    R"({"type": "object", "required": ["retried", "more"], "additionalProperties": false,
  "properties": {"retried": {"type": "integer", "description": "a thousand at most"},
                 "more": {"type": "boolean", "description": "there may be more: ask again"},
                 "left": {"type": "integer", "description": "still given up, of all"}}})";

inline constexpr std::string_view kDroppedSchema =
    R"({"type": "object", "required": ["dropped"], "properties": {"dropped": {"type": "string"}}})";

inline constexpr std::string_view kApplicationsSchema = R"({
  "type": "object", "required": ["bound", "applications"], "additionalProperties": false,
  "properties": {
    "bound": {"type": "boolean", "description": "whether there is an HTML5 application repository"},
    "applications": {"type": "array", "description": "that requests have asked for, in the order of their keys", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["key", "tenant", "path", "name", "version", "state", "age_seconds"],
      "properties": {
        "key": {"type": "string"}, "tenant": {"type": "string", "description": "subdomain"}, "path": {"type": "string"},
        "name": {"type": "string"}, "version": {"type": "string", "description": "empty: the path says none"},
        "state": {"enum": ["kept", "stale", "absent", "faulty"],
                  "description": "stale: the repository did not answer since; absent: it has none of that name; faulty: its descriptor"},
        "age_seconds": {"type": "integer", "description": "since the repository was asked"}}}},
    "next_cursor": {"type": "string", "description": "for the next page; absent: that was all"}}})";

inline constexpr std::string_view kSignInSchema = R"({
  "type": "object", "required": ["token"], "additionalProperties": false, "properties": {"token": {"type": "string"}}})";

inline constexpr std::string_view kWhoSchema = R"({
  "type": "object", "required": ["name", "right"], "additionalProperties": false,
  "properties": {"name": {"type": "string", "description": "of the token; empty: nobody has signed in"},
                 "right": {"enum": ["nothing", "look", "everything"]}}})";

inline constexpr std::string_view kAnyObject = R"({"type": "object"})";

}  // namespace router::management

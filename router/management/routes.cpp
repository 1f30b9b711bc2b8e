#include "management/routes.h"

#include <array>

#include "management/handlers.h"
#include "management/schemas.h"

namespace router::management {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblem = "application/problem+json";

constexpr Answer kBadBody{400, "The body is not what is asked for.", kProblem, ""};
constexpr Answer kBadQuery{400, "A parameter is not what it should be.", kProblem, ""};
constexpr Answer kNoAnswer{503, "The router did not answer in time.", kProblem, ""};

constexpr std::array kHealth{Answer{200, "The process answers.", kJson, kHealthSchema}};
constexpr std::array kReady{Answer{200, "Requests are welcome.", kJson, kReadinessSchema},
                            Answer{503, "Not yet, or not any more.", kJson, kReadinessSchema}};
constexpr std::array kMetrics{Answer{200, "All metrics; OpenMetrics where Accept asks for it.", "text/plain", ""},
                              Answer{200, "All metrics.", "application/openmetrics-text", ""}};
constexpr std::array kConfig{
    Answer{200, "What is in force, and where it comes from; secrets as ***.", kJson, kConfigSchema}, kNoAnswer};
constexpr std::array kReload{Answer{200, "The new configuration is in force.", kJson, kReloadSchema},
                             Answer{422, "It has errors; the old one goes on.", kJson, kReloadSchema}, kNoAnswer};
constexpr std::array kLogLevel{Answer{200, "What is logged.", kJson, kLogLevelSchema}};
constexpr std::array kSetLogLevel{Answer{200, "What is logged now.", kJson, kLogLevelSchema}, kBadBody,
                                  Answer{409, "Too many events with a level of their own.", kProblem, ""}};
constexpr std::array kExplain{Answer{200, "What the request would meet, step by step.", kJson, kAnyObject}, kBadBody,
                              kNoAnswer};
constexpr std::array kReceipts{Answer{200, "Receipts, newest first.", kJson, kReceiptsSchema}, kBadQuery, kNoAnswer};
constexpr std::array kReceipt{
    Answer{200, "The receipt as it is now, or how far an ending has come.", kJson, kReceiptOrEndingSchema},
    Answer{200, "With format=jws: what was signed last.", "application/jose", ""},
    Answer{404, "No such logout.", kProblem, ""}, kNoAnswer};
constexpr std::array kReceiptKeys{
    Answer{200, "Public keys of the receipts that are kept.", "application/jwk-set+json", kKeysSchema}, kNoAnswer};
constexpr std::array kOverview{Answer{200, "What it does, since its start.", kJson, kOverviewSchema}};
constexpr std::array kEvents{
    Answer{200, "The overview, a line a second, each of the second before.", "text/event-stream", ""},
    Answer{503, "As many look already as may.", kProblem, ""}};
constexpr std::array kHistory{Answer{200, "A point every five seconds, the oldest first.", kJson, kHistorySchema}};
constexpr std::array kRouteCounts{Answer{200, "In the order of the descriptor.", kJson, kRoutesSchema}, kNoAnswer};
constexpr std::array kSessions{Answer{200, "Sessions, oldest first.", kJson, kSessionsSchema}, kBadQuery, kNoAnswer};
constexpr std::array kEndSession{Answer{200, "It is over.", kJson, kEndedSchema},
                                 Answer{404, "No such session.", kProblem, ""}, kNoAnswer};
constexpr std::array kEndSessions{Answer{200, "With dry_run: how many there are.", kJson, kDryRunSchema},
                                  Answer{202, "It has begun.", kJson, kEndingSchema}, kBadBody, kNoAnswer};
constexpr std::array kSignals{
    Answer{200, "Transmitters and subscribers, in the order of the descriptor.", kJson, kSignalsSchema}, kNoAnswer};
constexpr std::array kOutbox{Answer{200, "Calls, oldest first.", kJson, kOutboxSchema}, kBadQuery, kNoAnswer};
constexpr std::array kRetry{Answer{200, "They are tried again, a thousand at a time.", kJson, kRetriedSchema}, kBadBody,
                            Answer{404, "No such call was given up.", kProblem, ""}, kNoAnswer};
constexpr std::array kDrop{Answer{200, "It is forgotten.", kJson, kDroppedSchema},
                           Answer{404, "No such call.", kProblem, ""},
                           Answer{409, "It is still being tried.", kProblem, ""}, kNoAnswer};
constexpr std::array kApplications{Answer{200, "Applications, by their keys.", kJson, kApplicationsSchema}, kBadQuery,
                                   kNoAnswer};
constexpr std::array kDropApplication{
    Answer{200, "It is forgotten; the next request asks the repository.", kJson, kDroppedSchema},
    Answer{404, "No such application is kept.", kProblem, ""}, kNoAnswer};
constexpr std::array kOpenapi{Answer{200, "This description.", kJson, kAnyObject}};

constexpr std::string_view kText = R"({"type": "string"})";
constexpr std::string_view kWhole = R"({"type": "integer", "minimum": 0})";
constexpr std::string_view kJws = R"({"enum": ["jws"]})";
constexpr Parameter kLimit{"limit", R"({"type": "integer", "minimum": 1, "maximum": 200, "default": 50})",
                           "At most so many."};
constexpr Parameter kCursor{"cursor", kText, "next_cursor of the page before."};
constexpr Parameter kTenant{"tenant", kText, "Only those of this tenant."};
constexpr std::array kSessionParameters{
    Parameter{"user", kText, "Only those of this user."},
    kTenant,
    Parameter{"provider", kText, "Only those of this identity provider."},
    Parameter{"destination", kText, "Only those with a cookie of this back-end."},
    Parameter{"min_age", kWhole, "Only those that began so many seconds ago, or earlier."},
    Parameter{"max_age", kWhole, "Only those that began so many seconds ago, or later."},
    kLimit,
    kCursor};
constexpr std::array kReceiptParameters{
    Parameter{"cause", kText, "Only those with this cause, as receipts say it."},
    Parameter{"user", kText, "Only those of this user."},
    Parameter{"outcome", R"({"enum": ["pending", "confirmed", "refused", "unconfirmed", "dead"]})",
              "Only those with a call that ended so."},
    Parameter{"since", kWhole, "Unix seconds."},
    Parameter{"until", kWhole, "Unix seconds."},
    Parameter{"format", kJws, "Each as it was signed, as compact JWS."},
    kLimit,
    kCursor};
constexpr std::array kOneReceiptParameters{Parameter{"format", kJws, "What was signed last, as compact JWS."}};
constexpr std::array kOutboxParameters{
    Parameter{"state", R"({"enum": ["pending", "dead"]})", "Only those: still tried, or given up."},
    Parameter{"back_end", kText, "Only those for this back-end."}, kLimit, kCursor};
constexpr std::array kApplicationParameters{
    kTenant, Parameter{"name", kText, "Only those of this name, without a version."}, kLimit, kCursor};

constexpr std::string_view kHtml = "text/html";
constexpr Answer kUnknownToken{401, "That token is not known.", kProblem, ""};
constexpr Answer kNoTokens{403, "None is configured.", kProblem, ""};
constexpr Answer kTooManyWrong{429, "Too many wrong tokens from this address.", kProblem, ""};
constexpr std::array kConsolePage{Answer{200, "The console.", kHtml, ""}, kNoTokens};
constexpr std::array kConsoleFile{Answer{200, "A part of the console.", "text/javascript", ""},
                                  Answer{200, "Its style sheet.", "text/css", ""},
                                  Answer{200, "Its icon.", "image/svg+xml", ""},
                                  Answer{200, "The console.", kHtml, ""},
                                  kNoTokens,
                                  Answer{404, "It has no such file.", kProblem, ""}};
constexpr std::array kWho{Answer{200, "Who asks, and may do what.", kJson, kWhoSchema}, kUnknownToken, kNoTokens,
                          kTooManyWrong};
constexpr std::array kSignIn{
    Answer{200, "The console's cookie is set: for 8 hours, or until DELETE.", kJson, kWhoSchema}, kBadBody,
    kUnknownToken, kNoTokens, kTooManyWrong};
constexpr std::array kSignOut{Answer{200, "The cookie is worth nothing any more.", kJson, kWhoSchema}};

constexpr std::array kRoutes{
    // for whoever starts and watches the process: no token
    Route{"GET", "/health", "Whether the process is alive", Right::nothing, &health, "", kHealth},
    Route{"GET", "/ready", "Whether it should get requests, and what it waits for", Right::nothing, &ready, "", kReady},
    // for people: the console, and how they come in
    Route{"GET", "/", "The console", Right::nothing, &console_page, "", kConsolePage},
    Route{"GET", "/console/{id}", "A file of the console", Right::nothing, &console_file, "", kConsoleFile},
    Route{"GET", "/login", "Who asks", Right::nothing, &who_asks, "", kWho},
    Route{"POST", "/login", "Sign in to the console with a token", Right::nothing, &sign_in, kSignInSchema, kSignIn},
    Route{"DELETE", "/login", "Sign out of the console", Right::look, &sign_out, "", kSignOut},
    // for those who look
    Route{"GET", "/metrics", "Metrics for Prometheus", Right::look, &metrics, "", kMetrics},
    Route{"GET", "/api/config", "The configuration in force", Right::look, &configuration, "", kConfig},
    Route{"GET", "/api/log-level", "What is logged", Right::look, &log_level, "", kLogLevel},
    Route{"POST", "/api/explain", "What a request would meet", Right::look, &explain, kExplainSchema, kExplain},
    Route{"GET", "/api/overview", "What the router does now", Right::look, &overview_now, "", kOverview},
    Route{"GET", "/api/events", "The same, live", Right::look, &events, "", kEvents},
    Route{"GET", "/api/history", "What it did in the last 15 minutes", Right::look, &last_minutes, "", kHistory},
    Route{"GET", "/api/routes", "Routes, and what came their way", Right::look, &route_counts, "", kRouteCounts},
    Route{"GET", "/api/sessions", "Living sessions", Right::look, &sessions, "", kSessions, kSessionParameters},
    Route{"GET", "/api/signals", "How the streams of signals do", Right::look, &signals, "", kSignals},
    Route{"GET", "/api/outbox", "What back-ends have still to be told, and what was given up", Right::look, &outbox, "",
          kOutbox, kOutboxParameters},
    Route{"GET", "/api/applications", "Applications of the HTML5 repository that are kept", Right::look, &applications,
          "", kApplications, kApplicationParameters},
    Route{"GET", "/api/logouts", "Receipts of logouts", Right::look, &receipts, "", kReceipts, kReceiptParameters},
    Route{"GET", "/api/logouts/{id}", "The receipt of one logout", Right::look, &receipt, "", kReceipt,
          kOneReceiptParameters},
    Route{"GET", "/xs-router/receipts/jwks.json", "The keys that receipts are signed with", Right::look, &receipt_keys,
          "", kReceiptKeys},
    Route{"GET", "/openapi.json", "This description", Right::look, &openapi, "", kOpenapi},
    // for those who change something
    Route{"POST", "/api/reload", "Read the configuration anew", Right::everything, &reload, "", kReload},
    Route{"PUT", "/api/log-level", "Log more, or less, for a while", Right::everything, &set_log_level,
          kLogLevelWishSchema, kSetLogLevel},
    Route{"DELETE", "/api/sessions/{id}", "End a session, by its fingerprint", Right::everything, &end_session, "",
          kEndSession},
    Route{"POST", "/api/sessions/end", "End the sessions of a user, a tenant, a provider, or all", Right::everything,
          &end_sessions, kEndWishSchema, kEndSessions},
    Route{"POST", "/api/outbox/retry", "Try again what was given up", Right::everything, &retry_calls, kRetryWishSchema,
          kRetry},
    Route{"DELETE", "/api/applications/{id}", "Forget what is kept of an application, by its key", Right::everything,
          &drop_application, "", kDropApplication},
    Route{"DELETE", "/api/outbox/{id}", "Forget a call that was given up", Right::everything, &drop_call, "", kDrop},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace router::management

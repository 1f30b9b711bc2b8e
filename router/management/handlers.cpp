#include "management/handlers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/log_level.h"
#include "management/metrics_text.h"
#include "management/overview.h"
#include "management/reading.h"

namespace router::management {
namespace {

using nlohmann::ordered_json;

ordered_json log_level_body() {
  ordered_json events = ordered_json::object();
  for (const auto& [event, level] : base::log_overrides()) {
    if (!event.empty()) events[event] = base::to_string(level);
  }
  return {{"level", base::to_string(base::log_level())}, {"events", std::move(events)}};
}

struct LogLevelWish {
  base::LogLevel level = base::LogLevel::info;
  std::string event;  // empty: all
  base::minutes lasts{60};
};

// Absent: that is no wish.
std::optional<LogLevelWish> log_level_wish(const nlohmann::json& body) {
  LogLevelWish wish;
  for (const auto& [name, value] : body.items()) {
    const auto* text = value.get_ptr<const std::string*>();
    const auto* number = value.get_ptr<const nlohmann::json::number_unsigned_t*>();
    if (name == "level" && text != nullptr && base::log_level_named(*text)) {
      wish.level = *base::log_level_named(*text);
    } else if (name == "event" && text != nullptr && text->size() <= 100) {
      wish.event = *text;
    } else if (name == "minutes" && number != nullptr && *number >= 1 && *number <= 60) {
      wish.lasts = base::minutes(*number);
    } else {
      return std::nullopt;
    }
  }
  return body.contains("level") ? std::optional(wish) : std::nullopt;
}

}  // namespace

bool Readiness::is_ready() const {
  return !draining && std::all_of(dependencies.begin(), dependencies.end(), [](const auto& one) { return one.ready; });
}

void audit(const Asking& asking, std::string_view what, std::string_view detail) {
  base::log_info("management.change", {{"audit", true},
                                       {"who", asking.visitor.name},
                                       {"address", asking.request.address},
                                       {"what", what},
                                       {"detail", detail}});
}

Response health(const Asking&) { return answer_json(200, {{"status", "alive"}}); }

Response ready(const Asking& asking) {
  const auto readiness = asking.operations.readiness();
  ordered_json dependencies = ordered_json::array();
  for (const auto& one : readiness.dependencies) {
    ordered_json entry{{"name", one.name}, {"ready", one.ready}};
    if (!one.detail.empty()) entry["detail"] = one.detail;
    dependencies.push_back(std::move(entry));
  }
  return answer_json(
      readiness.is_ready() ? 200 : 503,
      {{"ready", readiness.is_ready()}, {"draining", readiness.draining}, {"dependencies", std::move(dependencies)}});
}

Response metrics(const Asking& asking) {
  const auto sample = take_sample(asking.operations);
  const auto format = metrics_format(asking.request.accept);
  return {.type = std::string(media_type(format)), .body = metrics_text(sample.readings.all(), format)};
}

Response configuration(const Asking& asking) { return answer_or_problem(asking.operations.configuration()); }

Response reload(const Asking& asking) {
  const auto outcome = asking.operations.reload();
  audit(asking, "reload", !outcome ? "no answer in time" : outcome->done ? "done" : "refused");
  if (!outcome) return problem(503, outcome.error().detail);
  ordered_json body{{"reloaded", outcome->done}};
  if (!outcome->fault.empty()) body["reason"] = outcome->fault;
  body["check"] = ordered_json::parse(outcome->issues, nullptr, false);
  body["needs_restart"] = outcome->needs_restart;
  return answer_json(outcome->done ? 200 : 422, body);
}

Response log_level(const Asking&) { return answer_json(200, log_level_body()); }

Response set_log_level(const Asking& asking) {
  const auto body = body_of(asking.request);
  const auto wish = body ? log_level_wish(*body) : std::nullopt;
  if (!wish) {
    return problem(400, R"(wanted: {"level": "debug|info|warning|error|off", "event": "request", "minutes": 1 to 60})");
  }
  audit(asking, "log-level",
        std::string(base::to_string(wish->level)) + (wish->event.empty() ? "" : " for " + wish->event) + ", " +
            std::to_string(wish->lasts.count()) + " minutes");
  const auto number = base::override_log_level(wish->event, wish->level);
  if (!number) return problem(409, "there are as many levels of single events as there may be");
  asking.operations.after(wish->lasts, [number] { base::end_log_override(*number); });
  return answer_json(200, log_level_body());
}

Response explain(const Asking& asking) {
  const auto body = body_of(asking.request);
  const auto* url = body ? text_of(*body, "url") : nullptr;
  if (url == nullptr) return problem(400, R"(wanted: {"method": "GET", "url": "/path", "headers": ["Name: value"]})");
  ExplainQuestion question{"GET", *url, {}};
  if (body->contains("method")) {
    const auto* method = text_of(*body, "method");
    if (method == nullptr) return problem(400, "\"method\": a text");
    question.method = *method;
  }
  if (body->contains("body")) {
    const auto* text = text_of(*body, "body");
    if (text == nullptr) return problem(400, "\"body\": a text");
    question.body = *text;
  }
  if (const auto headers = body->find("headers"); headers != body->end()) {
    if (!headers->is_array()) return problem(400, "\"headers\": a list of texts");
    for (const auto& header : *headers) {
      const auto* text = header.get_ptr<const std::string*>();
      if (text == nullptr) return problem(400, "\"headers\": a list of texts");
      question.headers.push_back(*text);
    }
  }
  auto explained = asking.operations.explain(std::move(question));
  return answer_or_problem(std::move(explained));
}

}  // namespace router::management

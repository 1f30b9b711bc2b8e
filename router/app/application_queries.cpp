#include "app/application_queries.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "base/text.h"

namespace router::app {
namespace {

using nlohmann::ordered_json;

constexpr char kBetween = '~';  // no host, and so no tenant, has it

const char* state_of(const applications::Kept& kept) {
  if (kept.is_faulty) return "faulty";
  if (kept.name.empty()) return "absent";
  return kept.is_stale ? "stale" : "kept";
}

ordered_json shown_application(const applications::Kept& kept) {
  return {{"key", application_key(kept.tenant, kept.segment)},
          {"tenant", kept.tenant},
          {"path", "/" + kept.segment},
          {"name", kept.name},
          {"version", kept.version},
          {"state", state_of(kept)},
          {"age_seconds", std::chrono::duration_cast<base::seconds>(kept.age).count()}};
}

bool fits(const applications::Kept& kept, const management::ApplicationQuestion& question) {
  if (!question.tenant.empty() && kept.tenant != question.tenant) return false;
  return question.name.empty() || kept.name == question.name || kept.segment == question.name;
}

}  // namespace

std::string application_key(std::string_view tenant, std::string_view segment) {
  return std::string(tenant).append(1, kBetween).append(segment);
}

std::optional<ApplicationKey> parse_application_key(std::string_view text) {
  const auto parts = base::cut(text, kBetween);
  if (!parts.after || parts.after->empty()) return std::nullopt;
  return ApplicationKey{std::string(parts.before), std::string(*parts.after)};
}

std::string list_applications(const std::vector<applications::Kept>* kept,
                              const management::ApplicationQuestion& question) {
  std::map<std::string, const applications::Kept*> fitting;
  for (std::size_t i = 0; kept != nullptr && i < kept->size(); ++i) {
    const auto& one = (*kept)[i];
    auto key = application_key(one.tenant, one.segment);
    if (key > question.cursor && fits(one, question)) fitting.emplace(std::move(key), &one);
  }
  ordered_json list = ordered_json::array();
  std::string last;
  for (const auto& [key, one] : fitting) {
    if (list.size() == question.limit) break;
    list.push_back(shown_application(*one));
    last = key;
  }
  ordered_json body{{"bound", kept != nullptr}, {"applications", std::move(list)}};
  if (body["applications"].size() < fitting.size()) body["next_cursor"] = last;
  return base::json_text(body);
}

}  // namespace router::app

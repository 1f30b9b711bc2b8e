#include "identity/set_poll.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "crypto/jose_json.h"
#include "identity/faults.h"

namespace router::identity {

using nlohmann::json;

std::string read_refusal(std::string_view body) {
  const auto refusal = crypto::parse_json_object(body);
  std::string why;
  for (const char* member : {"err", "description"}) {
    if (!refusal) break;
    const auto said = refusal->find(member);
    if (said == refusal->end() || !said->is_string() || said->get_ref<const std::string&>().empty()) continue;
    if (!why.empty()) why.append(": ");
    why.append(said->get_ref<const std::string&>());
  }
  if (why.size() > kLongestRefusal) why.resize(kLongestRefusal);
  return why;
}

std::string poll_body(const PollRequest& ask) {
  json body{{"maxEvents", kMostPolled}, {"returnImmediately", ask.returns_immediately}};
  if (!ask.acknowledged.empty()) body["ack"] = ask.acknowledged;
  for (const auto& [jti, refused] : ask.refused)
    body["setErrs"][jti] = {{"err", to_string(refused.fault)}, {"description", refused.detail}};
  return base::json_text(body);
}

base::Result<PolledSets> read_polled(std::string_view body) {
  crypto::JsonBounds bounds;
  bounds.bytes = body.size();  // bounded by who has read it
  const auto answer = crypto::parse_json_object(body, bounds);
  if (!answer) return bad_answer("poll: the answer is not a JSON object");
  PolledSets polled;
  const auto sets = answer->find("sets");
  if (sets == answer->end()) return polled;
  if (!sets->is_object() || sets->size() > kMostPolled) return bad_answer("poll: sets is no object, or too large");
  for (const auto& [jti, token] : sets->items()) {
    if (!token.is_string() || jti.empty() || jti.size() > kLongestJti) return bad_answer("poll: a set is no token");
    polled.sets.emplace_back(jti, token.get<std::string>());
  }
  return polled;
}

}  // namespace router::identity

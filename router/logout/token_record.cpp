#include "logout/token_record.h"

#include <string_view>

#include "base/text.h"

namespace router::logout {
namespace {

constexpr std::string_view kTokenTarget = "revocation";

CallPtr token_record(const session::Session& session, const base::Secret& token, const std::string& hint,
                     const std::string& logout_id, std::size_t number, base::WallTime now) {
  auto record = std::make_shared<CallRecord>();
  record->id = logout_id + "." + hint + "-" + std::to_string(number);
  record->logout_id = logout_id;
  record->target_name = std::string(kTokenTarget) + ":" + hint + ":" + session.provider;
  record->back_end = "revocation at " + session.provider;
  record->credentials = std::make_shared<Credentials>();
  record->credentials->access_token = token;
  record->created = now;
  return record;
}

}  // namespace

std::optional<TokenToTakeBack> token_of(const CallRecord& call) {
  const auto target = base::cut(call.target_name, ':');
  if (target.before != kTokenTarget || !target.after) return std::nullopt;
  const auto named = base::cut(*target.after, ':');
  if (!named.after) return std::nullopt;
  return TokenToTakeBack{std::string(*named.after), std::string(named.before)};
}

std::vector<CallPtr> token_records(const session::Session& session, const std::string& logout_id, std::size_t number,
                                   base::WallTime now) {
  std::vector<CallPtr> records;
  const auto add = [&](const base::Secret& token, const char* hint) {
    if (!token.empty()) records.push_back(token_record(session, token, hint, logout_id, number, now));
  };
  add(session.tokens.refresh_token, "refresh_token");
  add(session.tokens.access_token, "access_token");
  return records;
}

}  // namespace router::logout

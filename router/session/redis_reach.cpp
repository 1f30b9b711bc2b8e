#include "session/redis_reach.h"

#include <algorithm>

namespace router::session {

using base::Error;
using base::ErrorCode;
using base::Side;
using storage::RedisClient;

void RedisReach::note(const RedisClient::Answer& answer) {
  if (RedisClient::has_answered(answer)) {
    state_ = State::there;
  } else if (!is_cluster_) {
    state_ = State::away;
  }
}

void RedisReach::note_all(const std::vector<RedisClient::Answer>& answers) {
  state_ = std::any_of(answers.begin(), answers.end(), RedisClient::has_answered) ? State::there : State::away;
}

Error RedisReach::away(const Error& error) { return {ErrorCode::unavailable, Side::store, error.detail, true}; }

Error RedisReach::not_asked() { return {ErrorCode::unavailable, Side::store, "Redis is away", true}; }

}  // namespace router::session

#include "session/redis_reach.h"

#include <doctest/doctest.h>

namespace router::redis_reach_test {

using storage::RedisLayout;
using Answer = storage::RedisClient::Answer;

namespace {

Answer failed(base::ErrorCode code) { return base::Error{code, base::Side::store, "", true}; }

}  // namespace

TEST_CASE("Redis reach: any answer is one; none about one key says nothing of a whole cluster [issue 12]") {
  struct Row {
    Answer answer;
    bool is_away_alone;
    bool is_away_in_cluster;
  };
  const Row rows[] = {
      {storage::RedisReply(), false, false},
      {failed(base::ErrorCode::internal), false, false},
      {failed(base::ErrorCode::overloaded), false, false},
      {failed(base::ErrorCode::unavailable), true, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.is_away_alone);
    for (const auto layout : {RedisLayout::standalone, RedisLayout::sentinel, RedisLayout::cluster}) {
      session::RedisReach reach(layout);
      reach.note(row.answer);
      CHECK(reach.is_away() == (layout == RedisLayout::cluster ? row.is_away_in_cluster : row.is_away_alone));
      CHECK(reach.is_there() == !reach.is_away());
    }
  }
}

TEST_CASE("Redis reach: it is away when nobody answers, and there when anybody does [issue 12]") {
  const auto away = failed(base::ErrorCode::unavailable);
  const Answer there = storage::RedisReply();
  for (const auto layout : {RedisLayout::standalone, RedisLayout::cluster}) {
    session::RedisReach reach(layout);
    reach.note_all({away, away, there});
    CHECK(reach.is_there());
    reach.note_all({away, away});
    CHECK(reach.is_away());
    reach.note(there);
    CHECK(reach.is_there());
    reach.forget();
    CHECK_FALSE(reach.is_there());
    CHECK_FALSE(reach.is_away());
  }
}

}  // namespace router::redis_reach_test

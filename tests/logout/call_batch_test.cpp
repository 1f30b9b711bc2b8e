#include "logout/call_batch.h"

#include <doctest/doctest.h>

#include "logout/calls.h"

namespace router::call_batch_test {

namespace {

logout::CallBatch make_batch() {
  const auto first = test::make_call("a", 1, "bank");
  const auto second = test::make_call("a", 2, "mail");
  second->credentials = first->credentials;
  return {
      {{first, 3, first->created}, 1}, {{second, 0, second->created}, 2}, {{test::make_plain_call("a", 3), 0, {}}, 7}};
}

}  // namespace

TEST_CASE("call batch: comes back as it was, with the credentials that calls share written once [issue 12]") {
  const auto batch = make_batch();
  batch[0].unfinished.call->credentials->revoked = true;
  const auto bytes = logout::pack(batch);
  const auto read = logout::unpack_batch(bytes.reveal());
  REQUIRE(read);
  REQUIRE(read->size() == batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    CAPTURE(i);
    const auto& [unfinished, place] = read->at(i);
    CHECK(logout::pack(*unfinished.call) == logout::pack(*batch[i].unfinished.call));
    CHECK(unfinished.attempts == batch[i].unfinished.attempts);
    CHECK(unfinished.due == batch[i].unfinished.due);
    CHECK(place == batch[i].place);
  }
  CHECK(read->at(0).unfinished.call->credentials == read->at(1).unfinished.call->credentials);
  CHECK_FALSE(read->at(0).unfinished.call->credentials->usable_at({}));
  CHECK(read->at(2).unfinished.call->credentials->access_token.empty());
  const std::string written(bytes.reveal());
  CHECK(written.find("token-of-a") == written.rfind("token-of-a"));
}

TEST_CASE("call batch: what is cut, longer, changed or of another format is none, or another one [issue 12]") {
  const auto packed = logout::pack(make_batch());
  const auto bytes = packed.reveal();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    REQUIRE_FALSE(logout::unpack_batch(bytes.substr(0, length)));
  CHECK_FALSE(logout::unpack_batch(std::string(bytes) + "x"));
  CHECK_FALSE(logout::unpack_batch(logout::pack(*test::make_call("a", 1)).reveal()));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string other(bytes);
    other[at] = '\xff';
    const auto read = logout::unpack_batch(other);
    if (read) REQUIRE(read->size() <= bytes.size());
  }
}

}  // namespace router::call_batch_test

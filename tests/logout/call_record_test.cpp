#include "logout/call_record.h"

#include <doctest/doctest.h>

#include "logout/calls.h"

namespace router::call_record_test {

TEST_CASE("call record: a call comes back as it was, and with credentials of its own") {
  for (const auto& call : {test::make_call("logout", 3), test::make_plain_call("logout", 1)}) {
    const auto bytes = logout::pack(*call);
    const auto read = logout::unpack_call(bytes.reveal());
    REQUIRE(read);
    CHECK(read->id == call->id);
    CHECK(read->logout_id == call->logout_id);
    CHECK(read->target_name == call->target_name);
    CHECK(read->back_end == call->back_end);
    CHECK(read->credentials != call->credentials);
    CHECK(read->credentials->access_token == call->credentials->access_token);
    CHECK(read->credentials->expires == call->credentials->expires);
    CHECK(read->cookies == call->cookies);
    REQUIRE(read->forwarded.size() == call->forwarded.size());
    CHECK(read->created == call->created);
    CHECK(logout::pack(*read) == bytes);
  }
}

TEST_CASE("call record: a token that was revoked stays so") {
  const auto call = test::make_call("logout", 1);
  call->credentials->revoked = true;
  const auto read = logout::unpack_call(logout::pack(*call).reveal());
  REQUIRE(read);
  CHECK_FALSE(read->credentials->usable_at(call->created));
}

TEST_CASE("call record: whose tenant it is comes back, what an older version wrote has none [issue 15]") {
  auto call = *test::make_call("logout", 1);
  call.tenant = "t1";
  call.jar = "erp/t1";
  const auto read = logout::unpack_call(logout::pack(call).reveal());
  REQUIRE(read);
  CHECK(read->tenant == "t1");
  CHECK(read->jar == "erp/t1");
  call.tenant.clear();
  call.jar.clear();
  call.session_origin = {};
  call.session_name = {};
  call.subject = {};
  call.signal.clear();
  const struct {
    char format;
    std::size_t without;  // what it does not have, which is empty here
  } rows[] = {{'\x01', 6}, {'\x02', 2}, {'\x03', 1}};
  for (const auto& row : rows) {
    CAPTURE(row.without);
    std::string old(logout::pack(call).reveal());
    old.front() = row.format;
    old.resize(old.size() - row.without);
    const auto older = logout::unpack_call(old);
    REQUIRE(older);
    CHECK(older->tenant.empty());
    CHECK(older->id == call.id);
  }
}

TEST_CASE("call record: what is cut, longer or of another format is no call") {
  const auto packed = logout::pack(*test::make_call("logout", 1));
  const auto bytes = packed.reveal();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    REQUIRE_FALSE(logout::unpack_call(bytes.substr(0, length)));
  CHECK_FALSE(logout::unpack_call(std::string(bytes) + "x"));
  std::string other(bytes);
  other.front() = '\x7e';
  CHECK_FALSE(logout::unpack_call(other));
}

}  // namespace router::call_record_test

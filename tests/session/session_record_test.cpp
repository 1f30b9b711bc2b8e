#include "session/session_record.h"

#include <doctest/doctest.h>

#include "support/sessions.h"

namespace router::session_record_test {

namespace {

session::Session full_session() {
  auto session = test::make_session("ada", "sid-1");
  const base::WallTime now{std::chrono::milliseconds(1'800'000'000'123)};
  session.generation = 7;
  session.anonymous_before = session::SessionId::random();
  session.home = "192.0.2.1";
  session.tenant = "t";
  session.subdomain = "sub";
  session.claims = R"({"sub":"ada"})";
  session.scopes = {"read", "write"};
  session.tokens = {base::Secret(std::string("at")), base::Secret(std::string("rt")), base::Secret(std::string("it")),
                    now, now + base::minutes(5)};
  session.service_tokens = {{"orders", base::Secret(std::string("st")), now}};
  session.backend_cookies = {{"crm", "sid", base::Secret(std::string("1")), "/", true},
                             {"erp", "x", base::Secret(), "/a", false}};
  session.logout_details = {{"clear_all_caches", "true"}};
  session.ended_applications = {"bank"};
  session.addresses = {"mailto:ada@example.com"};
  session.origin = "https://app.example.com";
  session.application_logouts = {{"app1", "crm", "/bye", "POST", false, true, true},
                                 {"app2", "svc/a", "/x", "GET", true, false}};
  session.login_started = now - base::seconds(3);
  session.created = now;
  session.idle_timeout = base::minutes(20);
  session.ends_at_latest = now + std::chrono::hours(8);
  return session;
}

}  // namespace

TEST_CASE("session record: a session comes back as it was") {
  for (const auto& session : {full_session(), test::make_anonymous()}) {
    const auto bytes = session::pack(session);
    const auto read = session::unpack_session(bytes.reveal());
    REQUIRE(read);
    CHECK(read->id == session.id);
    CHECK(read->generation == session.generation);
    CHECK(read->is_anonymous == session.is_anonymous);
    CHECK(read->anonymous_before == session.anonymous_before);
    CHECK(read->tokens.access_expires == session.tokens.access_expires);
    CHECK(read->login_started == session.login_started);
    CHECK(read->idle_timeout == session.idle_timeout);
    CHECK(read->ends_at_latest == session.ends_at_latest);
    CHECK(read->addresses == session.addresses);
    CHECK(read->origin == session.origin);
    // all the rest
    CHECK(session::pack(*read) == bytes);
  }
}

TEST_CASE("session record: what an older version wrote is a session that has used no application [issue 15]") {
  auto session = full_session();
  session.application_logouts = {};
  session.addresses = {};
  session.origin = {};
  std::string old(session::pack(session).reveal());
  old.front() = '\x01';
  old.resize(old.size() - 3);  // what it does not have, which is empty here
  const auto read = session::unpack_session(old);
  REQUIRE(read);
  CHECK(read->ends_at_latest == session.ends_at_latest);
  CHECK(read->application_logouts.empty());
}

TEST_CASE("session record: what is cut, longer or of another format is no session") {
  const auto packed = session::pack(full_session());
  const auto bytes = packed.reveal();
  for (std::size_t length = 0; length < bytes.size(); ++length)
    REQUIRE_FALSE(session::unpack_session(bytes.substr(0, length)));
  CHECK_FALSE(session::unpack_session(std::string(bytes) + "x"));
  std::string other(bytes);
  other.front() = '\x7e';
  CHECK_FALSE(session::unpack_session(other));
}

TEST_CASE("session record: bytes that were changed are read as something, or not at all") {
  const auto packed = session::pack(full_session());
  for (std::size_t at = 0; at < packed.size(); ++at) {
    for (const char flip : {'\x01', '\x80', '\xff'}) {
      std::string bytes(packed.reveal());
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      const auto read = session::unpack_session(bytes);
      if (read) REQUIRE(session::pack(*read).size() <= 2 * packed.size());
    }
  }
}

}  // namespace router::session_record_test

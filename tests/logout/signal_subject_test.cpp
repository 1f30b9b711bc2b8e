#include "logout/signal_subject.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "logout/signals_world.h"

namespace router::signal_subject_test {

using nlohmann::json;

namespace {

// Who of these a subject means; the store has all of them.
struct Town : test::World {
  Town() {
    add("ada", "sid-1", R"({"sub":"ada","groups":["admins","staff"],"device_id":"laptop"})", "t1");
    add("ada", "sid-2", R"({"sub":"ada","device_id":"phone"})", "t1");
    add("bob", "sid-3", R"({"sub":"bob","groups":["staff"]})", "t2");
    add("cy", "", R"({"sub":"cy"})", "t2");
  }
  void add(const std::string& user, const std::string& sid, const std::string& claims, const std::string& tenant) {
    auto session = make_session(user);
    session.idp_session_id = sid;
    session.claims = claims;
    session.tenant = tenant;
    session.addresses = {identity::mail_address(user + "@Example.com"), identity::phone_address("+1-" + user)};
    log_in(session);
    names[session.id.fingerprint()] = user + (sid.empty() ? "" : "/" + sid);
  }
  std::string meant(const json& value, const logout::MeantIssuers& issuers) {
    const auto subject = identity::read_subject(value);
    if (!subject) return "not read";
    std::vector<std::string> found;
    for (const auto& filter : sessions_meant_by(*subject, issuers, clock.wall()).filters) {
      const auto selected = test::run_task(store.select(filter, 100), &loop);
      for (const auto& session : *selected) found.push_back(names[session->id.fingerprint()]);
    }
    std::sort(found.begin(), found.end());
    std::string text;
    for (const auto& name : found) text += (text.empty() ? "" : " ") + name;
    return text;
  }
  std::map<std::string, std::string> names;
};

const logout::MeantIssuers kAnyone{{"https://idp.example", "https://other.example"}, false};
const logout::MeantIssuers kSpoken{{"https://idp.example"}, true};
const logout::MeantIssuers kStranger{{"https://other.example"}, true};

constexpr const char* kAda = R"({"format":"iss_sub","iss":"https://idp.example","sub":"ada"})";

}  // namespace

TEST_CASE("signal subject: each format means the sessions that it names, and no others [issue 16]") {
  const std::string ada = kAda;
  struct Row {
    std::string subject;
    const char* meant;
  };
  const Row rows[] = {
      {ada, "ada/sid-1 ada/sid-2"},
      {R"({"format":"iss_sub","iss":"https://idp.example","sub":"Ada"})", ""},
      {R"({"format":"iss_sub","iss":"https://idp.example/","sub":"ada"})", ""},
      {R"({"format":"email","email":"ada@Example.com"})", "ada/sid-1 ada/sid-2"},
      {R"({"format":"email","email":"ada@example.com"})", ""},
      {R"({"format":"phone_number","phone_number":"+1-bob"})", "bob/sid-3"},
      {R"({"format":"email","email":"+1-bob"})", ""},
      {R"({"format":"opaque","id":"sid-3"})", "bob/sid-3"},
      {R"({"format":"opaque","id":"bob"})", ""},
      {R"({"format":"account","uri":"acct:cy"})", "cy"},
      {R"({"format":"did","url":"did:example:ada"})", ""},
      {R"({"format":"aliases","identifiers":[)" + ada + R"(,{"format":"email","email":"bob@Example.com"}]})",
       "ada/sid-1 ada/sid-2 bob/sid-3"},
      {R"({"format":"aliases","identifiers":[{"format":"did","url":"x"},{"format":"opaque","id":"sid-2"}]})",
       "ada/sid-2"},
      // complex: all members have to fit
      {R"({"format":"complex","user":)" + ada + "}", "ada/sid-1 ada/sid-2"},
      {R"({"format":"complex","user":)" + ada + R"(,"session":{"format":"opaque","id":"sid-2"}})", "ada/sid-2"},
      {R"({"format":"complex","user":)" + ada + R"(,"session":{"format":"opaque","id":"sid-3"}})", ""},
      {R"({"format":"complex","user":{"format":"opaque","id":"bob"}})", "bob/sid-3"},
      {R"({"format":"complex","session":{"format":"opaque","id":"sid-1"},"tenant":{"format":"opaque","id":"t1"}})",
       "ada/sid-1"},
      {R"({"format":"complex","session":{"format":"opaque","id":"sid-1"},"tenant":{"format":"opaque","id":"t2"}})", ""},
      {R"({"format":"complex","tenant":{"format":"opaque","id":"t2"}})", "bob/sid-3 cy"},
      {R"({"format":"complex","tenant":{"format":"iss_sub","iss":"https://x","sub":"t2"}})", "bob/sid-3 cy"},
      {R"({"format":"complex","group":{"format":"opaque","id":"staff"}})", "ada/sid-1 bob/sid-3"},
      {R"({"format":"complex","group":{"format":"opaque","id":"staf"}})", ""},
      {R"({"format":"complex","user":)" + ada + R"(,"group":{"format":"opaque","id":"admins"}})", "ada/sid-1"},
      {R"({"format":"complex","user":)" + ada + R"(,"device":{"format":"opaque","id":"phone"}})", "ada/sid-2"},
      {R"({"format":"complex","user":{"format":"opaque","id":"bob"},"device":{"format":"opaque","id":"phone"}})",
       "bob/sid-3"},
      {R"({"format":"complex","device":{"format":"opaque","id":"phone"}})", "ada/sid-2"},
      {R"({"format":"complex","user":)" + ada + R"(,"application":{"format":"opaque","id":"x"}})", ""},
      {R"({"format":"complex","user":)" + ada + R"(,"tenant":{"format":"did","url":"x"}})", ""},
      {R"({"format":"complex","org_unit":{"format":"opaque","id":"x"}})", ""},
      {R"({"format":"complex","user":{"format":"aliases","identifiers":[{"format":"email","email":"bob@Example.com"},)"
       R"({"format":"email","email":"cy@Example.com"}]},"tenant":{"format":"opaque","id":"t2"}})",
       "bob/sid-3 cy"},
  };
  Town town;
  for (const auto& row : rows) {
    CAPTURE(row.subject);
    CHECK(town.meant(json::parse(row.subject), kAnyone) == row.meant);
  }
}

TEST_CASE("signal subject: an identity provider that speaks itself means its own users alone [issue 16]") {
  Town town;
  const std::string ada = kAda;
  const std::string role = R"(":{"format":"opaque","id":")";
  const std::string subjects[] = {
      R"({"format":"email","email":"ada@Example.com"})",
      R"({"format":"phone_number","phone_number":"+1-ada"})",
      R"({"format":"account","uri":"acct:ada"})",
      R"({"format":"opaque","id":"sid-1"})",
      ada,
      R"({"format":"aliases","identifiers":[)" + ada + R"(,{"format":"email","email":"bob@Example.com"}]})",
      R"({"format":"complex","user":)" + ada + "}",
      R"({"format":"complex","session":{"format":"iss_sub","iss":"https://idp.example","sub":"sid-1"}})",
      R"({"format":"complex","user":{"format":"aliases","identifiers":[)" + ada + "]}}",
      R"({"format":"complex","user":)" + ada + R"(,"tenant)" + role + R"(t1"}})",
      R"({"format":"complex","tenant)" + role + R"(t1"}})",
      R"({"format":"complex","group)" + role + R"(staff"}})",
      R"({"format":"complex","device)" + role + R"(phone"}})",
  };
  for (const auto& subject : subjects) {
    CAPTURE(subject);
    CHECK_FALSE(town.meant(json::parse(subject), kSpoken).empty());
    CHECK(town.meant(json::parse(subject), kStranger).empty());
  }
}

TEST_CASE(
    "signal subject: an identity provider that names another one's user is told from one that does not [issue 16]") {
  const std::string ada = kAda;
  const std::string own = R"({"format":"iss_sub","iss":"https://other.example","sub":"eve"})";
  struct Row {
    std::string subject;
    bool names_others;
  };
  const Row rows[] = {
      {ada, true},
      {own, false},
      {R"({"format":"aliases","identifiers":[)" + own + "," + ada + "]}", true},
      {R"({"format":"complex","user":)" + ada + "}", true},
      {R"({"format":"complex","session":)" + ada + R"(,"user":)" + own + "}", true},
      {R"({"format":"complex","user":{"format":"aliases","identifiers":[)" + own + "," + ada + "]}}", true},
      {R"({"format":"complex","user":)" + own + R"(,"tenant":{"format":"iss_sub","iss":"https://x","sub":"t1"}})",
       false},
      {R"({"format":"email","email":"ada@Example.com"})", false},
      {R"({"format":"complex","tenant":{"format":"opaque","id":"t1"}})", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.subject);
    const auto subject = identity::read_subject(json::parse(row.subject));
    REQUIRE(subject);
    const auto meant = sessions_meant_by(*subject, kStranger, base::WallTime());
    CHECK(meant.names_others == row.names_others);
    CHECK(std::none_of(meant.logins.begin(), meant.logins.end(),
                       [](const auto& login) { return login.issuer == "https://idp.example"; }));
    CHECK_FALSE(sessions_meant_by(*subject, kAnyone, base::WallTime()).names_others);
  }
}

TEST_CASE("signal subject: nobody is never everybody, and who began later is not meant [issue 16]") {
  Town town;
  const logout::MeantIssuers nobody_bound;
  CHECK(town.meant(json::parse(R"({"format":"opaque","id":"sid-1"})"), nobody_bound).empty());
  const auto ada = identity::read_subject(json::parse(kAda));
  REQUIRE(ada);
  const auto meant = sessions_meant_by(*ada, kAnyone, town.clock.wall() - std::chrono::seconds(1));
  REQUIRE(meant.filters.size() == 1);
  CHECK(test::run_task(town.store.select(meant.filters[0], 100), &town.loop)->empty());
  REQUIRE(meant.logins.size() == 1);
  CHECK(meant.logins[0].issuer == "https://idp.example");
  CHECK(meant.logins[0].subject == "ada");
}

TEST_CASE("signal subject: sessions of an xsuaa name its token endpoint, and are meant all the same [issue 16]") {
  test::World world;
  world.bind(config::ProviderKind::xsuaa);
  world.service();
  world.provider->change([](auto& metadata) { metadata.issuer = "https://idp.example"; });
  const std::vector<std::string> names{"https://idp.example", "https://idp.example/oauth/token"};
  for (const auto& transmitter : names) {
    CAPTURE(transmitter);
    const auto issuers = logout::issuers_meant_by(transmitter, *world.providers);
    CHECK(issuers.has_spoken);
    CHECK(issuers.names == names);
  }
  const auto issuers = logout::issuers_meant_by("https://risk.example", *world.providers);
  CHECK_FALSE(issuers.has_spoken);
  CHECK(issuers.names == names);
  const auto subject = identity::read_subject(json::parse(R"({"format":"opaque","id":"sid-1"})"));
  REQUIRE(subject);
  CHECK(sessions_meant_by(*subject, issuers, base::WallTime()).filters.size() == 2);
}

TEST_CASE("signal subject: of logins on their way those are meant that nothing else has to fit [issue 16]") {
  const std::string ada = kAda;
  struct Row {
    std::string subject;
    std::size_t logins;
  };
  const Row rows[] = {
      {ada, 1},
      {R"({"format":"complex","user":)" + ada + "}", 1},
      {R"({"format":"complex","user":)" + ada + R"(,"group":{"format":"opaque","id":"admins"}})", 0},
      {R"({"format":"complex","user":)" + ada + R"(,"device":{"format":"opaque","id":"phone"}})", 0},
      {R"({"format":"complex","user":)" + ada +
           R"(,"session":{"format":"iss_sub","iss":"https://idp.example","sub":"sid-1"}})",
       1},
      {R"({"format":"complex","tenant":{"format":"opaque","id":"t1"}})", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.subject);
    const auto subject = identity::read_subject(json::parse(row.subject));
    REQUIRE(subject);
    CHECK(sessions_meant_by(*subject, kAnyone, base::WallTime()).logins.size() == row.logins);
  }
}

}  // namespace router::signal_subject_test

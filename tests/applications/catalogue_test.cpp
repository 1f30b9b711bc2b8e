#include "applications/catalogue.h"

#include <doctest/doctest.h>

#include "applications/application_world.h"

namespace router::catalogue_test {
namespace {

using applications::Catalogue;
using applications::Found;
using base::ErrorCode;

struct World : test::ApplicationWorld {
  std::shared_ptr<Catalogue> catalogue = std::make_shared<Catalogue>(
      config, repository,
      [](std::shared_ptr<const config::Configuration> own, const applications::Name&) {
        return std::make_shared<const backend::RouteSet>(std::move(own));
      },
      parts);

  static std::string path_of(const std::string& segment) { return "/base/" + segment + "/xs-app.json"; }
  void has(const std::string& segment, const std::string& descriptor) { answers[path_of(segment)] = {200, descriptor}; }
  base::Result<Found> find(const std::string& segment, const std::string& tenant = "own", bool anew = false) {
    std::optional<base::Result<Found>> result;
    base::start_detached(keep(catalogue->find({segment, segment, ""}, tenant, anew, loop), &result));
    for (int i = 0; i < 20 && !result; ++i) loop.advance(base::milliseconds(50));
    REQUIRE(result);
    return *std::move(result);
  }
  static base::Task<void> keep(base::Task<base::Result<Found>> asking, std::optional<base::Result<Found>>* into) {
    *into = co_await asking;
  }
};

TEST_CASE_FIXTURE(World,
                  "catalogue: an application is asked for once in five minutes, one that is not there too [issue 15]") {
  has("app1", R"({"welcomeFile": "/a.html"})");
  const auto first = find("app1");
  REQUIRE(first);
  REQUIRE(*first);
  CHECK((*first)->config->welcome_file == "/a.html");
  const auto none = find("app2");
  REQUIRE(none);
  CHECK(*none == nullptr);
  clock.advance(base::seconds(299));
  REQUIRE(find("app1"));
  REQUIRE(find("app2"));
  CHECK(asked(path_of("app1")) == 1);
  CHECK(asked(path_of("app2")) == 1);
  clock.advance(base::seconds(1));
  has("app2", "{}");
  REQUIRE(find("app1"));
  CHECK(*find("app2") != nullptr);
  CHECK(asked(path_of("app1")) == 2);
}

TEST_CASE_FIXTURE(World, "catalogue: each tenant has applications of its own [issue 15]") {
  has("app1", R"({"welcomeFile": "/1.html"})");
  const auto first = find("app1", "t1");
  has("app1", R"({"welcomeFile": "/2.html"})");
  const auto second = find("app1", "t2");
  CHECK((*first)->config->welcome_file == "/1.html");
  CHECK((*second)->config->welcome_file == "/2.html");
  CHECK(test::field_of(last(path_of("app1")), "tenantid") == "own!t2");
}

TEST_CASE_FIXTURE(World,
                  "catalogue: ten thousand interleaved requests of two subscribers, each sees its own [issue 15]") {
  http.set_answer([this](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
    if (request.url.path == "/oauth/token") return answer(request);
    const auto tenant = test::field_of(request, "tenantid");
    return test::answer_json(200, R"({"welcomeFile": "/)" + tenant.substr(tenant.find('!') + 1) + R"("})");
  });
  for (int i = 0; i < 10'000; ++i) {
    const std::string tenant = i % 3 == 0 ? "t1" : "t2";
    const auto found = find("app" + std::to_string(i % 7), tenant, i % 11 == 0);
    REQUIRE(found);
    REQUIRE((*found)->config->welcome_file == "/" + tenant);
    if (i % 13 == 0) clock.advance(base::milliseconds(500));
    if (i % 997 == 0) catalogue->drop(tenant, "");
  }
}

TEST_CASE_FIXTURE(World, "catalogue: while the repository fails what is known holds for an hour [issue 15]") {
  has("app1", R"({"welcomeFile": "/a.html"})");
  REQUIRE(find("app1"));
  answers[path_of("app1")] = {.fault = base::Error{ErrorCode::refused, base::Side::back_end, "away"}};
  clock.advance(base::minutes(64));
  const auto stale = find("app1");
  REQUIRE(stale);
  CHECK((*stale)->config->welcome_file == "/a.html");
  clock.advance(base::minutes(2));
  const auto gone = find("app1");
  REQUIRE(!gone);
  CHECK(gone.error().code == ErrorCode::refused);
  has("app1", R"({"welcomeFile": "/b.html"})");
  CHECK((*find("app1"))->config->welcome_file == "/b.html");
}

TEST_CASE_FIXTURE(World,
                  "catalogue: while the repository fails there is no application for an hour either [issue 15]") {
  CHECK(*find("pub") == nullptr);
  answers[path_of("pub")] = {.fault = base::Error{ErrorCode::refused, base::Side::back_end, "away"}};
  clock.advance(base::minutes(64));
  const auto stale = find("pub");
  REQUIRE(stale);
  CHECK(*stale == nullptr);
  clock.advance(base::minutes(2));
  CHECK(!find("pub"));
}

TEST_CASE_FIXTURE(World, "catalogue: what the repository says of the application holds at once [issue 15]") {
  has("app1", "{}");
  REQUIRE(find("app1"));
  clock.advance(base::minutes(6));
  has("app1", "<html>");
  const auto broken = find("app1");
  REQUIRE(!broken);
  CHECK(broken.error().code == ErrorCode::internal);
  has("app1", R"({"routes": 5})");
  CHECK(!find("app1"));
  has("app1", R"({"routes": [{"source": "^/(.*$", "destination": "d"}]})");
  CHECK(!find("app1"));
  answers.erase(path_of("app1"));
  const auto removed = find("app1");
  REQUIRE(removed);
  CHECK(*removed == nullptr);
}

TEST_CASE_FIXTURE(World, "catalogue: a descriptor that has not changed is not read again [issue 15]") {
  has("app1", R"({"welcomeFile": "/a.html"})");
  const auto first = find("app1");
  clock.advance(base::minutes(6));
  const auto same = find("app1");
  CHECK(asked(path_of("app1")) == 2);
  CHECK(*same == *first);
  has("app1", R"({"welcomeFile": "/b.html"})");
  clock.advance(base::minutes(6));
  CHECK((*find("app1"))->config->welcome_file == "/b.html");
  // what was good before is, after another that is not
  has("app1", "<html>");
  clock.advance(base::minutes(6));
  CHECK(!find("app1"));
  has("app1", R"({"welcomeFile": "/b.html"})");
  clock.advance(base::minutes(6));
  const auto again = find("app1");
  REQUIRE(again);
  CHECK((*again)->config->welcome_file == "/b.html");
}

TEST_CASE_FIXTURE(World, "catalogue: skipping what is kept asks at most once a second [issue 15]") {
  has("app1", "{}");
  REQUIRE(find("app1"));
  REQUIRE(find("app1", "own", true));
  CHECK(asked(path_of("app1")) == 1);
  clock.advance(base::seconds(1));
  for (int i = 0; i < 10; ++i) REQUIRE(find("app1", "own", true));
  CHECK(asked(path_of("app1")) == 2);
}

TEST_CASE_FIXTURE(World, "catalogue: half of its thousand places are for names without an application [issue 15]") {
  has("app1", "{}");
  REQUIRE(find("app1"));
  for (std::size_t i = 0; i < Catalogue::kPlaces + 10; ++i) REQUIRE(find("no" + std::to_string(i)));
  CHECK(catalogue->size() == Catalogue::kMostGuesses + 1);
  REQUIRE(find("app1"));
  CHECK(asked(path_of("app1")) == 1);
}

TEST_CASE_FIXTURE(World, "catalogue: names that are waited for cost no descriptor its place [issue 15]") {
  for (std::size_t i = 0; i < Catalogue::kPlaces; ++i) {
    const auto name = "app" + std::to_string(i);
    has(name, "{}");
    REQUIRE(find(name));
  }
  CHECK(catalogue->size() == Catalogue::kPlaces);
  // who was asked for the longest ago leaves for another descriptor alone
  CHECK(*find("none") == nullptr);
  CHECK(catalogue->size() == Catalogue::kPlaces);
  REQUIRE(find("app0"));
  CHECK(asked(path_of("app0")) == 1);
  clock.advance(base::milliseconds(1));
  has("another", "{}");
  REQUIRE(find("another"));
  CHECK(catalogue->size() == Catalogue::kPlaces);

  std::vector<std::optional<base::Result<Found>>> waiting(Catalogue::kMostGuesses + 1);
  loop.set_current(false);
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto name = "guess" + std::to_string(i);
    answers[path_of(name)] = {.status = 502};  // asked once more after a while
    base::start_detached(keep(catalogue->find({name, name, ""}, "own", false, loop), &waiting[i]));
  }
  loop.run_ready();
  REQUIRE(waiting.back());
  REQUIRE(!*waiting.back());
  CHECK(waiting.back()->error().code == ErrorCode::overloaded);
  CHECK(!waiting.front());
  loop.set_current(true);
  REQUIRE(find("app7"));
  CHECK(asked(path_of("app7")) == 1);
  loop.advance(base::seconds(1));
  CHECK(waiting.front());
  CHECK(catalogue->size() == Catalogue::kPlaces);
}

TEST_CASE_FIXTURE(World, "catalogue: a name is a guess until the repository has told of it [issue 15]") {
  CHECK(catalogue->is_guess({"app1", "app1", ""}, "own"));
  answers[path_of("app1")] = {.status = 500};
  CHECK(!find("app1"));
  CHECK(catalogue->is_guess({"app1", "app1", ""}, "own"));
  answers.erase(path_of("app1"));
  REQUIRE(find("app1"));
  clock.advance(base::minutes(6));
  CHECK(!catalogue->is_guess({"app1", "app1", ""}, "own"));
  CHECK(catalogue->is_guess({"app1", "app1", ""}, "other"));
}

TEST_CASE_FIXTURE(World, "catalogue: operators are told what is kept of each name, and how old it is [issue 14]") {
  has("app1-1.0.0", "{}");
  has("app2", "no JSON");
  REQUIRE(find("app1-1.0.0", "blue"));
  CHECK_FALSE(find("app2", "blue"));
  REQUIRE(find("app3", "blue"));
  clock.advance(base::seconds(7));
  REQUIRE(find("app1-1.0.0", "red"));
  const auto kept = catalogue->kept();
  REQUIRE(kept.size() == 4);
  CHECK(kept[0].tenant == "blue");
  CHECK(kept[0].segment == "app1-1.0.0");
  CHECK(kept[0].name == "app1");
  CHECK(kept[0].version == "1.0.0");
  CHECK(kept[0].age >= base::seconds(7));
  CHECK_FALSE(kept[0].is_stale);
  CHECK(kept[1].is_faulty);
  CHECK(kept[2].name.empty());
  CHECK_FALSE(kept[2].is_faulty);
  CHECK(kept[3].tenant == "red");
  CHECK(kept[3].age < base::seconds(7));
  clock.advance(base::seconds(400));
  answers[path_of("app1-1.0.0")] = {502, "away"};
  REQUIRE(find("app1-1.0.0", "red"));
  CHECK(catalogue->kept().back().is_stale);
  has("app1-1.0.0", "{}");
  clock.advance(base::seconds(10));
  REQUIRE(find("app1-1.0.0", "red"));
  CHECK_FALSE(catalogue->kept().back().is_stale);
  answers[path_of("app1-1.0.0")] = {502, "away"};
  clock.advance(base::minutes(120));
  CHECK_FALSE(find("app1-1.0.0", "red"));
  CHECK(catalogue->kept().back().is_stale);
}

TEST_CASE_FIXTURE(World,
                  "catalogue: a descriptor that is warned of is not faulty, one that cannot be used is [issue 14]") {
  has("app1", R"({"routes": [{"source": "^/x", "localDir": "web", "authenticationType": "none"}]})");
  REQUIRE(find("app1"));
  CHECK_FALSE(catalogue->kept().at(0).is_faulty);
  has("app1", "no JSON");
  clock.advance(base::minutes(6));
  CHECK_FALSE(find("app1"));
  CHECK(catalogue->kept().at(0).is_faulty);
}

TEST_CASE_FIXTURE(World, "catalogue: what is dropped is asked for anew [issue 15]") {
  has("app1", "{}");
  REQUIRE(find("app1", "t1"));
  REQUIRE(find("app1", "t2"));
  CHECK(catalogue->drop("t1", "app1"));
  CHECK(!catalogue->drop("t1", "app1"));
  REQUIRE(find("app1", "t1"));
  REQUIRE(find("app1", "t2"));
  CHECK(asked(path_of("app1")) == 3);
  CHECK(catalogue->drop("t2", ""));
}

}  // namespace
}  // namespace router::catalogue_test

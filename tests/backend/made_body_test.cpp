#include "backend/made_body.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "backend/static_site.h"
#include "support/decode.h"
#include "support/sessions.h"

namespace router::made_body_test {

using http::Coding;
using std::string;
using test::StaticSite;

namespace {

constexpr long long kLongAgo = 1'500'000'000;

// Text that is not all alike, so that it costs an encoder something.
string text_of(std::size_t size) {
  string text;
  for (std::uint32_t i = 1; text.size() < size; i = i * 1664525 + 1013904223)
    text.append(std::to_string(i)).append(",\n");
  text.resize(size);
  return text;
}

// One answer under way, and somebody else on its loop.
struct Busy {
  Busy(StaticSite& site, std::string_view target, std::initializer_list<http::Field> fields)
      : exchange("GET", target, fields),
        files(site.route, site.configuration, site.bodies, site.loaded_at),
        prepared(exchange, site.route, site.configuration, pool) {}

  // How often the other one had his turn before the answer was there.
  int turns_of_others() {
    bool served = false;
    int turns = 0;
    base::start_detached(serve(*this, served));
    while (!served) {
      bool had_turn = false;
      exchange.own_loop().post([&had_turn] { had_turn = true; });
      exchange.own_loop().run_one();
      while (!had_turn) exchange.own_loop().run_one();
      if (!served) ++turns;
      REQUIRE(turns < 10'000);
    }
    return turns;
  }
  static base::Task<void> serve(Busy& self, bool& served) {
    auto serving = self.files.serve(self.prepared.call);
    self.result = co_await serving;
    served = true;
  }

  test::FakeExchange exchange;
  backend::StaticFiles files;
  test::UnusedPool pool;
  test::PreparedCall prepared;
  base::Result<void> result;
};

}  // namespace

TEST_CASE("static files: nothing that never waits keeps the loop to itself [N2]") {
  StaticSite site;
  const auto text = text_of(600'000);
  site.write("script.js", text);
  site.write("copied.bin", text);
  string page;
  for (int i = 0; i < 10'000; ++i) page.append("{{NAME}}");
  site.write("index.html", page);
  for (const auto* name : {"script.js", "copied.bin", "index.html"})
    site.folder.set_modified(string("site/") + name, kLongAgo);
  site.replace().emplace();
  site.replace()->path_suffixes = {"index.html"};
  site.replace()->variables["NAME"] = string(60, 'n');
  struct Row {
    const char* what;
    const char* target;
    std::initializer_list<http::Field> fields;
    int turns;
  };
  const Row rows[] = {
      {"compressed by gzip", "/script.js", {{"Accept-Encoding", "gzip"}}, 30},
      {"compressed by br", "/script.js", {{"Accept-Encoding", "br"}}, 30},
      {"kept", "/script.js", {{"Accept-Encoding", "br"}}, 1},
      {"filled in, and sent", "/index.html", {}, 10},
      {"filled in before", "/index.html", {}, 7},
      {"copied", "/copied.bin", {}, 15},
      {"ranges", "/script.js", {{"Range", "bytes=0-9,20-29,40-49,60-69"}}, 3},
  };
  for (const auto& row : rows) {
    CAPTURE(string(row.what));
    Busy busy(site, row.target, row.fields);
    CHECK(busy.turns_of_others() >= row.turns);
    CHECK(busy.result);
    CHECK(busy.exchange.finished());
  }
}

TEST_CASE("static files: a compressed body is kept, and the same for everybody [N2]") {
  StaticSite site;
  const auto text = text_of(100'000);
  site.write("script.js", text);
  site.folder.set_modified("site/script.js", kLongAgo);
  for (const auto coding : {Coding::br, Coding::gzip}) {
    const auto before = site.bodies.size();
    const auto first = site.get("/script.js", {{"Accept-Encoding", to_string(coding)}});
    const auto kept = site.bodies.size();
    CHECK(kept > before + first.body().size());
    const auto second = site.get("/script.js", {{"Accept-Encoding", to_string(coding)}});
    CHECK(site.bodies.size() == kept);
    CHECK((first.body() == second.body()));
    CHECK((test::decode(coding, first.body())->text == text));
    CHECK(test::decode(coding, first.body())->complete);
    CHECK(first.bytes_sent == first.body().size());
  }
}

TEST_CASE("static files: a new release is compressed anew, also one of the same size [N2]") {
  StaticSite site;
  for (const char letter : {'a', 'b'}) {
    const string text(5000, letter);
    site.write("script.js", text);
    site.folder.set_modified("site/script.js", kLongAgo + letter);
    const auto answer = site.get("/script.js", {{"Accept-Encoding", "gzip"}});
    CHECK((test::decode(Coding::gzip, answer.body())->text == text));
  }
}

TEST_CASE("static files: above 8 MiB, and while enough others are compressed, a file goes out as it is [N2]") {
  StaticSite site;
  site.write("large.js", string(backend::kLargestCompressed + 1, 'x'));
  site.write("other.js", string(100'000, 'x'));
  site.write("small.js", string(5000, 'x'));
  const std::initializer_list<http::Field> gzip = {{"Accept-Encoding", "gzip"}};
  const auto large = site.get("/large.js", gzip);
  CHECK(large.field("Content-Encoding") == "-");
  CHECK(large.field("Vary") == "Accept-Encoding");
  CHECK(large.body().size() == backend::kLargestCompressed + 1);
  {
    const auto one = site.bodies.makers(100'000).take();
    const auto two = site.bodies.makers(100'000).take();
    REQUIRE((one && two));
    const auto other = site.get("/other.js", gzip);
    CHECK(other.field("Content-Encoding") == "-");
    CHECK(other.field("Content-Length") == "100000");
    // takes no longer than its turn
    CHECK(site.get("/small.js", gzip).field("Content-Encoding") == "gzip");
  }
  CHECK(site.get("/other.js", gzip).field("Content-Encoding") == "gzip");
}

TEST_CASE("static files: who is signed out while his file is compressed does not get it [N2]") {
  StaticSite site;
  site.write("script.js", text_of(100'000));
  Busy busy(site, "/script.js", {{"Accept-Encoding", "gzip"}});
  const auto session = test::make_session();
  busy.prepared.facts.user.session = std::make_shared<session::Session>(session);
  bool served = false;
  base::start_detached(Busy::serve(busy, served));
  CHECK_FALSE(served);
  CHECK(busy.prepared.live.close(session.id) == 1);
  busy.exchange.own_loop().run_ready();
  CHECK(served);
  REQUIRE_FALSE(busy.result);
  CHECK(busy.result.error().code == base::ErrorCode::unauthenticated);
  CHECK_FALSE(busy.exchange.response_started());
}

TEST_CASE("static files: what a file with placeholders becomes is made once for its values [N2]") {
  StaticSite site;
  site.write("index.html", "{{NAME}}");
  site.folder.set_modified("site/index.html", kLongAgo);
  site.replace().emplace();
  site.replace()->path_suffixes = {"index.html"};
  for (const auto* name : {"one", "two", "two"}) {
    site.replace()->variables["NAME"] = name;
    CHECK(site.get("/").body() == name);
  }
  const auto kept = site.bodies.size();
  site.get("/");
  CHECK(site.bodies.size() == kept);
}

}  // namespace router::made_body_test

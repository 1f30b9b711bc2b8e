// How the files of a localDir go out: in which pieces, how long they may be kept, compressed or not.
#include <doctest/doctest.h>

#include <string>

#include "backend/static_files.h"
#include "backend/static_site.h"
#include "support/decode.h"

namespace router::static_bodies_test {

using router::backend::FileRoot;
using router::test::StaticSite;
using std::string;

TEST_CASE(
    "static files: without cacheControl every answer is asked for again each time, behind a login by nobody "
    "else [S23]") {
  StaticSite site;
  site.write("a.txt", "hello");
  site.write("large.js", string(5000, 'x'));
  site.write("folder/index.html", "home");
  site.write("filled.html", "{{NAME}}");
  site.replace().emplace();
  site.replace()->path_suffixes = {"filled.html"};
  const auto tag = site.get("/a.txt").field("ETag");
  struct Row {
    const char* method;
    const char* target;
    router::http::Field field;
    int status;
  };
  const Row rows[] = {
      {"GET", "/a.txt", {"X", "y"}, 200},
      {"HEAD", "/a.txt", {"X", "y"}, 200},
      {"GET", "/large.js", {"Accept-Encoding", "gzip"}, 200},
      {"GET", "/filled.html", {"X", "y"}, 200},
      {"GET", "/folder/", {"X", "y"}, 200},
      {"GET", "/folder", {"X", "y"}, 301},
      {"GET", "/a.txt", {"If-None-Match", tag}, 304},
      {"GET", "/a.txt", {"Range", "bytes=0-1"}, 206},
      {"GET", "/a.txt", {"If-Match", "\"x\""}, 412},
      {"GET", "/a.txt", {"Range", "bytes=9-"}, 416},
  };
  for (const bool authenticated : {true, false}) {
    site.authenticated = authenticated;
    for (const auto& row : rows) {
      CAPTURE(string(row.target));
      const auto answer = site.fetch(row.method, row.target, {row.field});
      CHECK(answer.status() == row.status);
      CHECK(answer.field("Cache-Control") == (authenticated ? "private, no-cache" : "public, no-cache"));
      if (row.status <= 206) CHECK(answer.field("ETag") != "-");
    }
  }
  site.route.cache_control = "max-age=60";
  for (const auto& row : rows)
    CHECK(site.fetch(row.method, row.target, {row.field}).field("Cache-Control") == "max-age=60");
}

TEST_CASE("static files: small files go out in one write, large ones through send_file") {
  StaticSite site;
  site.write("small.bin", string(16 * 1024, 's'));
  string large(200'000, 'l');
  large.back() = 'e';
  site.write("large.bin", large);
  const auto small = site.get("/small.bin");
  CHECK(small.exchange->writes().size() == 1);
  CHECK(small.exchange->files_sent() == 0);
  const auto sent = site.get("/large.bin");
  CHECK(sent.exchange->files_sent() == 1);
  CHECK(sent.body() == large);
  CHECK(sent.bytes_sent == large.size());
}

TEST_CASE("static files: text is compressed where the client takes it") {
  StaticSite site;
  string text(300'000, 't');
  text.back() = 'e';
  site.write("large.txt", text);
  site.write("small.txt", "small");
  site.write("picture.png", text);

  const auto coded = site.get("/large.txt", {{"Accept-Encoding", "gzip"}});
  CHECK(coded.field("Content-Encoding") == "gzip");
  CHECK(coded.field("Content-Length") == std::to_string(coded.body().size()));
  CHECK(coded.field("Vary") == "Accept-Encoding");
  CHECK(coded.body().size() < text.size() / 10);
  const auto decoded = router::test::decode(router::http::Coding::gzip, coded.body());
  REQUIRE(decoded.has_value());
  CHECK(decoded->text == text);

  CHECK(site.get("/large.txt").body() == text);
  CHECK(site.get("/small.txt", {{"Accept-Encoding", "gzip"}}).field("Content-Encoding") == "-");
  CHECK(site.get("/picture.png", {{"Accept-Encoding", "gzip"}}).field("Content-Encoding") == "-");
  CHECK(site.get("/large.txt", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-9"}}).body() == text.substr(0, 10));
  CHECK(site.fetch("HEAD", "/large.txt", {{"Accept-Encoding", "gzip"}}).body().empty());
}

TEST_CASE("static files: a client that goes away ends the sending with an error") {
  StaticSite site;
  site.write("large.bin", string(200'000, 'l'));
  router::test::Fetched fetched;
  fetched.exchange = std::make_unique<router::test::FakeExchange>("GET", "/large.bin");
  fetched.exchange->fail_writes_after(100'000);
  site.serve(fetched);
  REQUIRE_FALSE(fetched.served.has_value());
  CHECK(fetched.served.error().code == router::base::ErrorCode::closed);
  CHECK_FALSE(fetched.exchange->finished());
}

}  // namespace router::static_bodies_test

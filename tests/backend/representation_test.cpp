#include "backend/representation.h"

#include <doctest/doctest.h>

#include <string>

#include "backend/static_site.h"

namespace router::representation_test {

using router::test::StaticSite;
using std::string;

namespace {

struct Compressed : StaticSite {
  Compressed() {
    write("both.js", "plain");
    write("both.js.br", "brotli");
    write("both.js.gz", "gzipped!");
    write("gzip-only.css", "plain");
    write("gzip-only.css.gz", "gzipped!");
    write("none.html", "plain");
    write("stale.js", "plain");
    write("stale.js.gz", "gzipped!");
    write("empty.js", "plain");
    write("empty.js.gz", "");
    write("image.png", "plain");
    write("image.png.gz", "gzipped!");
    folder.write("outside.br", "outside");
    write("linked.js", "plain");
    folder.link("site/linked.js.br", "../outside.br");
    folder.make_folder("site/odd.js.br");
    write("odd.js", "plain");
    for (const auto* name : {"both.js", "both.js.br", "both.js.gz", "stale.js"}) {
      folder.set_modified(string("site/") + name, 1'700'000'000);
    }
    folder.set_modified("site/stale.js.gz", 1'699'999'999);
  }
};

}  // namespace

TEST_CASE("representation: a precompressed sibling is sent to those who accept it") {
  Compressed site;
  struct Row {
    const char* target;
    const char* accepts;
    const char* coding;
    const char* body;
  };
  const Row rows[] = {
      {"/both.js", "gzip, deflate, br", "br", "brotli"},
      {"/both.js", "gzip", "gzip", "gzipped!"},
      {"/both.js", "br;q=0.5, gzip", "gzip", "gzipped!"},
      {"/both.js", "br;q=0, gzip;q=0", "-", "plain"},
      {"/both.js", "identity, br;q=0.5", "-", "plain"},
      {"/both.js", "zstd", "-", "plain"},
      {"/both.js", "*", "br", "brotli"},
      {"/gzip-only.css", "gzip, br", "gzip", "gzipped!"},
      {"/none.html", "gzip, br", "-", "plain"},
      {"/stale.js", "gzip", "-", "plain"},
      {"/empty.js", "gzip", "-", "plain"},
      {"/image.png", "gzip", "-", "plain"},
      {"/linked.js", "br", "-", "plain"},
      {"/odd.js", "br", "-", "plain"},
  };
  for (const auto& row : rows) {
    CAPTURE(string(row.target));
    CAPTURE(string(row.accepts));
    const auto answer = site.get(row.target, {{"Accept-Encoding", row.accepts}});
    CHECK(answer.status() == 200);
    CHECK(answer.field("Content-Encoding") == row.coding);
    CHECK(answer.body() == row.body);
  }
}

TEST_CASE("representation: a compressed one keeps the type, varies, and has a tag of its own") {
  Compressed site;
  const auto plain = site.get("/both.js");
  const auto gzip = site.get("/both.js", {{"Accept-Encoding", "gzip"}});
  const auto brotli = site.get("/both.js", {{"Accept-Encoding", "br"}});
  for (const auto* answer : {&plain, &gzip, &brotli}) {
    CHECK(answer->field("Content-Type") == "application/javascript; charset=utf-8");
    CHECK(answer->field("Vary") == "Accept-Encoding");
  }
  CHECK(plain.field("ETag") != gzip.field("ETag"));
  CHECK(gzip.field("ETag") != brotli.field("ETag"));
  CHECK(gzip.field("ETag").ends_with("-gzip\""));
  CHECK(site.get("/both.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", gzip.field("ETag")}}).status() == 304);
  CHECK(site.get("/both.js", {{"Accept-Encoding", "br"}, {"If-None-Match", gzip.field("ETag")}}).status() == 200);
  const auto range = site.get("/both.js", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=4-"}});
  CHECK(range.body() == "ped!");
  CHECK(range.field("Content-Range") == "bytes 4-7/8");
  CHECK(range.field("Content-Encoding") == "gzip");
}

TEST_CASE("representation: what is not worth compressing does not vary") {
  Compressed site;
  CHECK(site.get("/image.png").field("Vary") == "-");
  CHECK(site.get("/image.png.gz").field("Content-Type") == "application/gzip");
  CHECK(site.get("/image.png.gz").field("Content-Encoding") == "-");
}

TEST_CASE("representation: a new content has a new tag") {
  StaticSite site;
  site.write("a.txt", "one");
  site.folder.set_modified("site/a.txt", 1'700'000'000);
  const auto first = site.get("/a.txt").field("ETag");
  site.folder.set_modified("site/a.txt", 1'700'000'001);
  const auto touched = site.get("/a.txt").field("ETag");
  site.write("a.txt", "three");
  site.folder.set_modified("site/a.txt", 1'700'000'001);
  CHECK(first != touched);
  CHECK(touched != site.get("/a.txt").field("ETag"));
}

namespace {

struct Replaced : StaticSite {
  Replaced() {
    write("index.html", "<p>{{NAME}}|{{{NAME}}}|{{{uaa.url}}}</p>");
    write("index.html.gz", "gzipped!");
    write("other.html", "{{NAME}}");
    folder.set_modified("site/index.html", 1'500'000'000);
    replace().emplace();
    replace()->path_suffixes = {"index.html"};
    replace()->variables = {{"NAME", "a<b"}};
    replace()->services = {{"uaa.url", "https://uaa.example"}};
  }
};

constexpr auto kFilled = "<p>a&lt;b|a<b|https://uaa.example</p>";

}  // namespace

TEST_CASE("representation: placeholders are filled in files with one of the suffixes, also through the folder") {
  Replaced site;
  for (const auto* target : {"/index.html", "/"}) {
    const auto answer = site.get(target, {{"Accept-Encoding", "gzip"}});
    CHECK(answer.body() == kFilled);
    CHECK(answer.field("Content-Length") == std::to_string(string(kFilled).size()));
    CHECK(answer.field("Content-Encoding") == "-");
    CHECK(answer.field("Content-Type") == "text/html; charset=utf-8");
  }
  CHECK(site.get("/other.html").body() == "{{NAME}}");
  CHECK(site.get("/index.html", {{"Range", "bytes=3-7"}}).body() == "a&lt;");
}

TEST_CASE("representation: a filled file is as new as its values, and other values have another tag") {
  Replaced site;
  const auto answer = site.get("/index.html");
  CHECK(answer.field("Last-Modified") == "Sun, 13 Sep 2020 12:26:40 GMT");
  CHECK(site.get("/index.html", {{"If-Modified-Since", "Fri, 14 Jul 2017 02:40:00 GMT"}}).status() == 200);
  CHECK(site.get("/index.html", {{"If-None-Match", answer.field("ETag")}}).status() == 304);
  site.replace()->variables["NAME"] = "c";
  CHECK(site.get("/index.html", {{"If-None-Match", answer.field("ETag")}}).status() == 200);
}

TEST_CASE("representation: a file with placeholders that is too large is our fault, not sent as it is") {
  Replaced site;
  site.write("index.html", string(4 * 1024 * 1024 + 1, 'x'));
  CHECK(site.get("/index.html").status() == 500);
  string many;
  for (int i = 0; i < 20'000; ++i) many.append("{{NAME}}");
  site.write("index.html", many);
  site.replace()->variables["NAME"] = string(1000, 'x');
  CHECK(site.get("/index.html").status() == 500);
}

TEST_CASE("representation: a large filled file goes out in pieces") {
  Replaced site;
  site.write("index.html", "{{NAME}}" + string(300'000, 'x'));
  const auto answer = site.get("/index.html");
  CHECK(answer.body() == "a&lt;b" + string(300'000, 'x'));
  for (const auto& piece : answer.exchange->writes()) CHECK(piece.size() <= 64 * 1024);
}

}  // namespace router::representation_test

#include "backend/static_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "backend/static_site.h"
#include "support/decode.h"

namespace router::static_files_test {

using router::backend::FileRoot;
using router::test::StaticSite;
using std::string;

namespace {

constexpr long long kModified = 784111777;
constexpr auto kModifiedText = "Sun, 06 Nov 1994 08:49:37 GMT";

}  // namespace

TEST_CASE("static files: a file is sent with its type, validators and length") {
  StaticSite site;
  site.write("a.txt", "hello");
  site.folder.set_modified("site/a.txt", kModified);
  const auto answer = site.get("/a.txt?v=1");
  CHECK(answer.status() == 200);
  CHECK(answer.body() == "hello");
  CHECK(answer.field("Content-Type") == "text/plain; charset=utf-8");
  CHECK(answer.field("Content-Length") == "5");
  CHECK(answer.field("Last-Modified") == kModifiedText);
  CHECK(answer.field("ETag").starts_with("W/\"5-"));
  CHECK(answer.field("Accept-Ranges") == "bytes");
  CHECK(answer.field("Vary") == "Accept-Encoding");
  CHECK(answer.field("Cache-Control") == "public, no-cache");
  CHECK(answer.field("Content-Encoding") == "-");
  CHECK(answer.exchange->finished());
  CHECK(answer.call_status == 200);
  CHECK(answer.bytes_sent == 5);
}

TEST_CASE("static files: the pipeline completes every head") {
  StaticSite site;
  site.write("a.txt", "hello");
  site.write("folder/index.html", "");
  const auto tag = site.get("/a.txt").field("ETag");
  struct Row {
    const char* target;
    router::http::Field field;
    int status;
  };
  const Row rows[] = {
      {"/a.txt", {"X", "y"}, 200},
      {"/a.txt", {"Range", "bytes=0-1"}, 206},
      {"/folder", {"X", "y"}, 301},
      {"/a.txt", {"If-None-Match", tag}, 304},
      {"/a.txt", {"If-Match", "\"x\""}, 412},
      {"/a.txt", {"Range", "bytes=9-"}, 416},
  };
  for (const auto& row : rows) {
    const auto answer = site.get(row.target, {row.field});
    CHECK(answer.status() == row.status);
    CHECK(answer.call_status == row.status);
    CHECK(answer.heads == 1);
    CHECK(answer.field("X-Completed") == "yes");
    CHECK(answer.exchange->finished());
  }
}

TEST_CASE("static files: what the router itself lives by is not there, whatever it is called by [issue 9]") {
  StaticSite site;
  for (const char* name :
       {"xs-app.json", "default-env.json", "certs/tls.key", "state/session-secret", "state/state.db-wal", "state/other",
        "router.log.1", "router.logs.txt", "folder/xs-app.json", "statement.txt", "xs-app.json.md"}) {
    site.write(name, "text");
  }
  site.folder.link("site/to-key", "certs/tls.key");
  site.folder.link("site/to-state", "state");
  std::filesystem::create_hard_link(site.folder / "site/xs-app.json", site.folder / "site/hard.json");
  site.closed.files = {site.folder / "site/xs-app.json", site.folder / "site/default-env.json",
                       site.folder / "site/to-key", site.folder / "site/missing.key", "/etc/hostname"};
  site.closed.folders = {site.folder / "site/state"};
  site.closed.beginnings = {site.folder / "site/router.log"};
  for (const auto how : {FileRoot::available_resolution(), FileRoot::Resolution::by_component}) {
    site.resolution = how;
    for (const char* target :
         {"/xs-app.json", "/hard.json", "/default-env.json", "/certs/tls.key", "/to-key", "/state/session-secret",
          "/state/state.db-wal", "/state/other", "/to-state/other", "/state//session-secret", "/router.log.1"}) {
      CAPTURE(target);
      CHECK(site.get(target).status() == 404);
    }
    for (const char* target : {"/folder/xs-app.json", "/statement.txt", "/xs-app.json.md", "/router.logs.txt"}) {
      CAPTURE(target);
      CHECK(site.get(target).status() == 200);
    }
  }
  // replaced while the router runs
  std::filesystem::rename(site.folder / "site/statement.txt", site.folder / "site/default-env.json");
  CHECK(site.get("/default-env.json").status() == 404);
}

TEST_CASE("static files: a folder in the state directory is served, but for what is the router's [issue 9]") {
  StaticSite site;
  for (const char* name : {"a.txt", "session-secret", "session-secret.Zx9", "state.db", "state.db-shm"}) {
    site.write(name, "text");
  }
  site.closed.folders = {site.folder.path().string(), site.folder / "site"};
  site.closed.beginnings = {site.folder / "site/session-secret", site.folder / "site/state.db"};
  CHECK(site.get("/a.txt").status() == 200);
  for (const char* target : {"/session-secret", "/session-secret.Zx9", "/state.db", "/state.db-shm"}) {
    CAPTURE(target);
    CHECK(site.get(target).status() == 404);
  }
}

TEST_CASE("static files: which paths lead to which file") {
  StaticSite site;
  const string outside = "outside";
  site.folder.write("sibling/secret.txt", outside);
  site.write("a.txt", "a");
  site.write("with space.txt", "space");
  site.write("a%2Fb", "never");
  site.write("index.html", "home");
  site.write("folder/index.html", "folder's");
  site.write("folder/b.txt", "b");
  site.write("empty/x.txt", "x");
  site.write("odd/index.html/x.txt", "x");
  site.write(".git/config", "never");
  site.write(".env", "never");
  site.write("folder/.hidden/x.txt", "never");
  site.write(".well-known/security.txt", "contact");
  site.folder.link("site/to-sibling", "../sibling");
  site.folder.link("site/to-secret.txt", "../sibling/secret.txt");
  site.folder.link("site/to-slash", "/");
  ::mkfifo((site.folder / "site/pipe").c_str(), 0600);

  struct Row {
    string target;
    int status;
    const char* body;
  };
  const Row rows[] = {
      {"/", 200, "home"},
      {"/index.html", 200, "home"},
      {"/?a=b", 200, "home"},
      {"/a.txt", 200, "a"},
      {"/with%20space.txt", 200, "space"},
      {"/%61.txt", 200, "a"},
      {"/folder/", 200, "folder's"},
      {"/folder/b.txt", 200, "b"},
      {"/.well-known/security.txt", 200, "contact"},
      {"/folder", 301, ""},
      {"/missing", 404, ""},
      {"/a.txt/", 404, ""},
      {"/a.txt/b", 404, ""},
      {"/empty/", 404, ""},
      {"/odd/", 404, ""},
      {"/folder%2Fb.txt", 404, ""},
      {"/folder%5Cb.txt", 404, ""},
      {"/a%2Fb", 404, ""},
      {"/a%252Fb", 200, "never"},
      {"/.git/config", 404, ""},
      {"/%2egit/config", 404, ""},
      {"/.git", 404, ""},
      {"/.env", 404, ""},
      {"/folder/.hidden/x.txt", 404, ""},
      {"/folder//b.txt", 200, "b"},
      {"/folder///b.txt", 200, "b"},
      {"/folder//", 200, "folder's"},
      {"/folder//.hidden/x.txt", 404, ""},
      {"/folder//%2Fb.txt", 404, ""},
      {"/folder/%5C/b.txt", 404, ""},
      {"/to-sibling//secret.txt", 404, ""},
      {"/to-sibling/secret.txt", 404, ""},
      {"/to-sibling/", 404, ""},
      {"/to-sibling", 404, ""},
      {"/to-secret.txt", 404, ""},
      {"/to-slash/etc/passwd", 404, ""},
      {"/pipe", 404, ""},
      {"/" + string(300, 'a'), 404, ""},
      {"/" + string(5000, 'a'), 404, ""},
      {"/A.TXT", 404, ""},
  };
  for (const auto how : {FileRoot::available_resolution(), FileRoot::Resolution::by_component}) {
    site.resolution = how;
    for (const auto& row : rows) {
      CAPTURE(row.target);
      const auto answer = site.get(row.target);
      CHECK(answer.status() == row.status);
      CHECK(answer.body() == row.body);
    }
  }
}

TEST_CASE("static files: a folder without a slash redirects to the browser's own address with one") {
  StaticSite site("^/app/(.*)$");
  site.route.target = "docs/$1";
  site.route.cache_control = "no-cache";
  site.write("docs/guide/index.html", "guide");
  const auto answer = site.get("/app/guide?lang=de");
  CHECK(answer.status() == 301);
  CHECK(answer.field("Location") == "/app/guide/?lang=de");
  CHECK(answer.field("Content-Length") == "0");
  CHECK(answer.field("Cache-Control") == "no-cache");
  CHECK(site.get("/app/guide/?lang=de").body() == "guide");
}

TEST_CASE("static files: localDir itself is named with a slash, as any folder [K7]") {
  struct Row {
    const char* source;
    const char* target;
    const char* asked;
    const char* location;  // null: the page is sent
  };
  const Row rows[] = {
      {"^/ui(.*)$", "$1", "/ui", "/ui/"},
      {"^/ui(.*)$", "$1", "/ui?a=b&c", "/ui/?a=b&c"},
      {"^/ui(.*)$", "$1", "/ui?", "/ui/?"},
      {"^/ui(.*)$", "/$1", "/ui?to=//evil.example", "/ui/?to=//evil.example"},
      {"^/ui(.*)$", "$1", "/ui/", nullptr},
      {"^/ui(.*)$", "$1", "/ui//", nullptr},
      {"^/ui", "", "/ui", "/ui/"},
      {"^/ui(.*)$", "/sub/$1", "/ui", "/ui/"},
      {"^/a/b(.*)$", "$1", "/a/b", "/a/b/"},
      // the slash would not arrive, or another route, or none, would take it
      {"^/ui$", "/", "/ui", nullptr},
      {"^/ui$", "/sub/", "/ui", nullptr},
      {"^/orders/.*$", "/", "/orders/5", nullptr},
      {"^/ui(.*)$", "/index.html", "/ui", nullptr},
  };
  for (const auto& row : rows) {
    for (const string method : {"GET", "HEAD"}) {
      CAPTURE(row.source);
      CAPTURE(row.asked);
      CAPTURE(method);
      StaticSite site(row.source);
      site.route.target = row.target;
      site.write("index.html", "home");
      site.write("sub/index.html", "home");
      const auto answer = site.fetch(method, row.asked);
      CHECK(answer.status() == (row.location == nullptr ? 200 : 301));
      CHECK(answer.field("Location") == (row.location == nullptr ? "-" : row.location));
      CHECK(answer.field("Content-Length") == (row.location == nullptr ? "4" : "0"));
    }
  }
  StaticSite bare("^/ui(.*)$");
  bare.route.target = "$1";
  CHECK(bare.get("/ui").status() == 404);
}

TEST_CASE("static files: where the address has its slash already, the folder's index.html is sent") {
  StaticSite site("^/docs/$");
  site.route.target = "/manual";
  site.write("manual/index.html", "manual");
  CHECK(site.get("/docs/").body() == "manual");
}

TEST_CASE("static files: the route's target is looked up below the folder") {
  struct Row {
    const char* source;
    const char* target;
    const char* path;
    const char* body;
  };
  const Row rows[] = {
      {"^/ui/(.*)$", "$1", "/ui/a.txt", "a"},
      {"^/ui/(.*)$", "/sub/$1", "/ui/b.txt", "b"},
      {"^/ui(.*)$", "/$1", "/ui/a.txt", "a"},
      {"^/fixed", "/a.txt?x=", "/fixed", "a"},
      {"^/find\\?file=(.*)$", "/$1", "/find?file=a.txt", "a"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.source);
    StaticSite site(row.source);
    site.route.target = row.target;
    site.write("a.txt", "a");
    site.write("sub/b.txt", "b");
    CHECK(site.get(row.path).body() == row.body);
  }
}

TEST_CASE("static files: a path that the captures put together cannot leave the folder") {
  StaticSite site("^/a(.*)$");
  site.route.target = "/$1";
  site.folder.write("secret.txt", "secret");
  CHECK(site.get("/a../secret.txt").status() == 400);
}

TEST_CASE("static files: HEAD has the fields of GET and no body") {
  StaticSite site;
  site.write("a.txt", "hello");
  site.write("folder/index.html", "");
  const auto head = site.fetch("HEAD", "/a.txt", {{"Range", "bytes=0-1"}});
  const auto get = site.get("/a.txt");
  CHECK(head.status() == 200);
  CHECK(head.body() == "");
  CHECK(head.bytes_sent == 0);
  for (const auto* name : {"Content-Length", "ETag", "Last-Modified", "Content-Type", "Vary", "Accept-Ranges"}) {
    CHECK(head.field(name) == get.field(name));
  }
  CHECK(site.fetch("HEAD", "/folder").field("Content-Length") == "0");
  CHECK(site.fetch("HEAD", "/missing").status() == 404);
  CHECK(site.fetch("HEAD", "/a.txt", {{"If-None-Match", get.field("ETag")}}).field("Content-Length") == "-");
}

TEST_CASE("static files: an empty file is a file") {
  StaticSite site;
  site.write("empty.txt", "");
  const auto answer = site.get("/empty.txt", {{"Range", "bytes=0-"}});
  CHECK(answer.status() == 200);
  CHECK(answer.field("Content-Length") == "0");
}

TEST_CASE("static files: configured headers win over the file's fields, a route's cacheControl over them [K3]") {
  StaticSite site;
  site.write("a.txt", "hello");
  site.route.cache_control = "public, max-age=60";
  CHECK(site.get("/a.txt").field("Cache-Control") == "public, max-age=60");
  const auto tag = site.get("/a.txt").field("ETag");
  CHECK(site.get("/a.txt", {{"If-None-Match", tag}}).field("Cache-Control") == "public, max-age=60");
  // what is added by the pipeline is left out here
  site.configuration.response_headers = {{"cache-control", "no-store"}, {"Vary", "Origin"}, {"content-type", "text/x"}};
  site.write("folder/index.html", "");
  for (const string target : {"/a.txt", "/folder"}) {
    site.route.cache_control = "public, max-age=60";
    CHECK(site.get(target).field("Cache-Control") == "public, max-age=60");
    site.route.cache_control = "";
    CHECK(site.get(target).field("Cache-Control") == "-");
  }
  CHECK(site.get("/a.txt").field("Content-Type") == "-");
  CHECK(site.get("/a.txt").field("Vary") == "Accept-Encoding, Origin");
  site.configuration.response_headers[0].overrides = true;
  site.route.cache_control = "public, max-age=60";
  CHECK(site.get("/a.txt").field("Cache-Control") == "-");
}

TEST_CASE("static files: a localDir that does not exist has no files") {
  StaticSite site;
  site.route.leads_to = config::ToFolder{site.folder / "nowhere"};
  CHECK(site.get("/a.txt").status() == 404);
}

}  // namespace router::static_files_test

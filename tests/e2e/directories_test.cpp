// Directories as people write them: where paths lead (docs/compatibility.md).
#include <doctest/doctest.h>

#include "e2e/directory.h"

namespace router::test::directories_test {

using Json = nlohmann::json;

TEST_CASE("directories: leading slashes of a rewritten path become one, with and without a base path [K5]") {
  RecordingBackend backend;
  RouterSetup setup;
  setup.add_destination("app", backend.origin());
  setup.add_destination("based", backend.origin() + "/p");
  setup.add_destination("slashed", backend.origin() + "/p//");
  const auto route = [&](const std::string& source, const std::string& target, const std::string& destination) {
    setup.add_route(
        {{"source", source}, {"target", target}, {"destination", destination}, {"authenticationType", "none"}});
  };
  route("^/a(.*)$", "/$1", "app");
  route("^/b/", "/", "app");
  route("^/c(.*)$", "$1", "based");
  route("^/d(.*)$", "/$1", "slashed");
  route("^/e/(.*)$", "/x/$1", "app");
  RouterProcess router(setup);
  const std::pair<const char*, const char*> rows[] = {
      {"/a//x", "/x"},     {"/a///x//y", "/x//y"}, {"/a", "/"},        {"/a//?q=//", "/?q=//"},  {"/a/%2Fx", "/%2Fx"},
      {"/b//x//", "/x//"}, {"/b//", "/"},          {"/c//x", "/p/x"},  {"/c///x//y", "/p/x//y"}, {"/c", "/p/"},
      {"/d//x", "/p/x"},   {"/d/x", "/p/x"},       {"/e//x", "/x//x"}, {"/e/x//y", "/x/x//y"},
  };
  for (const auto& [asked, forwarded] : rows) {
    CAPTURE(asked);
    CHECK(ask_for(router, asked).body == forwarded);
  }
}

TEST_CASE("directories: empty segments in the path of a file are left out, after every check [K6]") {
  Directory directory;
  directory.setup.environment["OIDC_ISSUER"] = "http://127.0.0.1:1";
  directory.setup.environment["OIDC_CLIENT_ID"] = "c";
  directory.setup.add_route({{"source", "^/ui/sub/"}, {"target", "/sub/"}, {"localDir", "web"}});
  directory.setup.add_route(
      {{"source", "^/ui/(.*)$"}, {"target", "$1"}, {"localDir", "web"}, {"authenticationType", "none"}});
  RouterProcess router(directory.setup);
  const std::pair<const char*, int> rows[] = {
      {"/s//a.html", 200},
      {"/s///a.html", 200},
      {"/s/sub//index.html", 200},
      {"/s//sub//index.html", 200},
      {"/s/sub//", 200},
      {"//s/a.html", 400},
      {"///s/a.html", 400},
      {"/s//../a.html", 400},
      {"/s//%2e%2e/a.html", 400},
      {"/s//sub/.secret", 404},
      {"/s//%2Fa.html", 404},
      {"/s/%2F/a.html", 404},
      {"/s%2F%2Fa.html", 404},
      {"/s//%5Ca.html", 404},
      {"/s//%252Fa.html", 404},
      {"/ui//a.html", 200},
      {"/ui//sub/index.html", 404},
      {"/ui///sub//index.html", 404},
  };
  for (const auto& [path, status] : rows) {
    for (const char* method : {"GET", "HEAD"}) {
      CAPTURE(path);
      CAPTURE(method);
      CHECK(ask_for(router, path, {}, method).status() == status);
    }
  }
  CHECK(ask_for(router, "/s//sub?a=b").field("Location") == "/s//sub/?a=b");
}

TEST_CASE("directories: the root of a localDir is asked for with a slash, the query comes along [K7]") {
  Directory directory;
  directory.setup.add_route(
      {{"source", "^/ui(.*)$"}, {"target", "$1"}, {"localDir", "web/sub"}, {"authenticationType", "none"}});
  directory.setup.add_route(
      {{"source", "^/page$"}, {"target", "/"}, {"localDir", "web/sub"}, {"authenticationType", "none"}});
  RouterProcess router(directory.setup);
  for (const char* method : {"GET", "HEAD"}) {
    CAPTURE(method);
    const auto moved = ask_for(router, "/ui?a=b&to=//evil.example", {}, method);
    CHECK(moved.status() == 301);
    CHECK(moved.field("Location") == "/ui/?a=b&to=//evil.example");
    CHECK(ask_for(router, "/ui/?a=b", {}, method).status() == 200);
    CHECK(ask_for(router, "/s/sub", {}, method).field("Location") == "/s/sub/");
    // nothing takes "/page/"
    CHECK(ask_for(router, "/page", {}, method).status() == 200);
    CHECK(ask_for(router, "//ui", {}, method).status() == 400);
  }
  CHECK(ask_for(router, "/ui/").body == "sub");
}

TEST_CASE("directories: without localDir, catch-all and resources an unknown path is 404 for every method [K8]") {
  RecordingBackend backend;
  RouterSetup setup;
  setup.add_destination("app", backend.origin());
  setup.add_route(
      {{"source", "^/get/"}, {"destination", "app"}, {"httpMethods", {"GET"}}, {"authenticationType", "none"}});
  setup.environment["OIDC_ISSUER"] = "http://127.0.0.1:1";
  setup.environment["OIDC_CLIENT_ID"] = "c";
  const RouterProcess router(setup);
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"}) {
    CAPTURE(method);
    CHECK(ask_for(router, "/unknown", {{"Accept", "text/html"}}, method).status() == 404);
    const bool is_get = std::string_view(method) == "GET";
    const auto other = ask_for(router, "/get/x", {}, method);
    CHECK(other.status() == (is_get ? 200 : 405));
    if (!is_get) CHECK(other.field("Allow") == "GET");
  }
  setup.files["resources/index.html"] = "home";
  const RouterProcess with_files(setup);
  CHECK(ask_for(with_files, "/unknown", {{"Accept", "text/html"}}).status() != 404);
  CHECK(ask_for(with_files, "/unknown", {}, "POST").status() == 405);
}

TEST_CASE(
    "directories: a scope while authenticationMethod is none is 403, unless the route is public itself "
    "[K9]") {
  Directory directory;
  directory.setup.descriptor["authenticationMethod"] = "none";
  const auto route = [&](const std::string& name, Json more) {
    more["source"] = "^/" + name + "/";
    if (!more.contains("localDir")) more["destination"] = "app";
    directory.setup.add_route(std::move(more));
  };
  route("any", {{"scope", "a.b"}});
  route("list", {{"scope", {"a.b", "c"}}});
  route("typed", {{"scope", "a.b"}, {"authenticationType", "xsuaa"}});
  route("method", {{"scope", {{"GET", "a.b"}}}});
  route("files", {{"scope", "a.b"}, {"localDir", "web"}});
  route("open", {{"scope", "a.b"}, {"authenticationType", "none"}});
  route("plain", Json::object());
  RouterProcess router(directory.setup);
  for (const char* method : {"GET", "HEAD", "POST", "OPTIONS"}) {
    CAPTURE(method);
    for (const char* path : {"/any/x", "/list/x", "/typed/x", "/method/x"}) {
      CAPTURE(path);
      CHECK(ask_for(router, path, {}, method).status() == 403);
    }
    CHECK(ask_for(router, "/open/x", {}, method).status() == 200);
    CHECK(ask_for(router, "/plain/x", {}, method).status() == 200);
  }
  CHECK(ask_for(router, "/files/a.html").status() == 403);
  CHECK(router.logs("scope while authenticationMethod is none"));
}

TEST_CASE("directories: / leads to the welcome file by every method, preflights are answered before [K18]") {
  Directory directory;
  directory.setup.descriptor["welcomeFile"] = "/s/a.html";
  directory.setup.descriptor["cors"] = {
      {{"uriPattern", ".*"}, {"allowedOrigin", {{{"host", "*"}}}}, {"allowedMethods", {"GET", "POST"}}}};
  RouterProcess router(directory.setup);
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"}) {
    CAPTURE(method);
    const auto answer = ask_for(router, "/?a=b", {}, method);
    CHECK(answer.status() == 302);
    CHECK(answer.field("Location") == "/s/a.html?a=b");
  }
  CHECK(ask(router.port(), make_request("POST", "/", {}, "a=b")).status() == 302);
  CHECK(ask_for(router, "/", {{"x-csrf-token", "fetch"}}).body == "<p>a</p>");
  CHECK(ask_for(router, "/", {{"x-csrf-token", "fetch"}}, "POST").status() == 302);
  CHECK(ask_for(router, "/", {}, "TRACE").status() == 405);
  const auto preflight =
      ask_for(router, "/", {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "POST"}}, "OPTIONS");
  CHECK(preflight.status() == 200);
  CHECK(preflight.has("Access-Control-Allow-Origin"));
}

}  // namespace router::test::directories_test

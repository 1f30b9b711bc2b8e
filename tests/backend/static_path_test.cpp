#include "backend/static_path.h"

#include <doctest/doctest.h>

#include <string>

namespace router::static_path_test {

using router::backend::static_path;
using std::string;

namespace {

// "file", "folder/" or "refused"
string read(std::string_view url_path) {
  const auto path = static_path(url_path);
  if (!path) return "refused";
  return path->file + (path->names_folder ? "/" : "");
}

}  // namespace

TEST_CASE("static path: segments are decoded, a slash at the end names a folder") {
  struct Row {
    const char* url_path;
    const char* expected;
  };
  const Row rows[] = {
      {"/", "/"},
      {"/index.html", "index.html"},
      {"/a/b.js", "a/b.js"},
      {"/a/", "a/"},
      {"/a%20b/%C3%A4.txt", "a b/\xC3\xA4.txt"},
      {"/what%3F.txt", "what?.txt"},
      {"/100%25", "100%"},
      {"/a%252Fb", "a%2Fb"},
      {"//a//b", "a/b"},
      {"//", "/"},
      {"/a..b", "a..b"},
      {"/a.", "a."},
      {"/.well-known/security.txt", ".well-known/security.txt"},
      {"/app/.well-known/x", "app/.well-known/x"},
  };
  for (const auto& row : rows) CHECK(read(row.url_path) == row.expected);
}

TEST_CASE("static path: dotfiles and names that hide a separator are refused") {
  for (const auto* url_path :
       {"/.git/config", "/a/.env", "/.", "/..", "/a/../b", "/%2egit/config", "/.well-known/.secret", "/.well-knownx",
        "/a%2Fb", "/a%2fb", "/%2F", "/a%5Cb", "/a%00b", "/a%", "/a%4", "/a%zz", "/...", "/a/.../b"}) {
    CAPTURE(url_path);
    CHECK(read(url_path) == "refused");
  }
}

}  // namespace router::static_path_test

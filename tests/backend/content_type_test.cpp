#include "backend/content_type.h"

#include <doctest/doctest.h>

namespace router::content_type_test {

using router::backend::content_type_of;

TEST_CASE("content type: follows the ending as in the Node router, text is utf-8 [K18]") {
  struct Row {
    const char* file;
    const char* expected;
    bool compressible;
  };
  const Row rows[] = {
      {"index.html", "text/html; charset=utf-8", true},
      {"INDEX.HTM", "text/html; charset=utf-8", true},
      {"a/b.js", "application/javascript; charset=utf-8", true},
      {"a.mjs", "application/javascript; charset=utf-8", true},
      {"a.js.map", "application/json; charset=utf-8", true},
      {"a.less", "text/less; charset=utf-8", true},
      {"offline.appcache", "text/cache-manifest; charset=utf-8", true},
      {"a.conf", "text/plain; charset=utf-8", true},
      {"a.xsd", "application/xml", true},
      {"a.min.css", "text/css; charset=utf-8", true},
      {"a.txt", "text/plain; charset=utf-8", true},
      {"a.json", "application/json; charset=utf-8", true},
      {"manifest.webmanifest", "application/manifest+json", true},
      {"i18n_de.properties", "application/octet-stream", true},
      {"a.svg", "image/svg+xml", true},
      {"a.wasm", "application/wasm", true},
      {"a.7z", "application/x-7z-compressed", false},
      {"a.zip", "application/zip", false},
      {"a.png", "image/png", false},
      {"a.woff2", "font/woff2", false},
      {"a.js.gz", "application/gzip", false},
      {"README", "application/octet-stream", false},
      {"a.b/README", "application/octet-stream", false},
      {"a.", "application/octet-stream", false},
      {"a.unknown", "application/octet-stream", false},
      {"a.endingthatistoolong", "application/octet-stream", false},
      {"", "application/octet-stream", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.file);
    CHECK(content_type_of(row.file).value == row.expected);
    CHECK(content_type_of(row.file).compressible == row.compressible);
  }
}

}  // namespace router::content_type_test

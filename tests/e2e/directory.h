// A directory with files below /s and a back-end below /app, both without a login, for tests to change.
#pragma once

#include "e2e/proxy_fixture.h"

namespace router::test {

struct Directory {
  Directory() {
    setup = setup_for(backend.origin());
    setup.add_route({{"source", "^/s/(.*)$"}, {"target", "$1"}, {"localDir", "web"}, {"authenticationType", "none"}});
    setup.files["web/a.html"] = "<p>a</p>";
    setup.files["web/sub/index.html"] = "sub";
    setup.files["web/sub/.secret"] = "secret";
  }

  RecordingBackend backend;
  RouterSetup setup;
};

inline std::string answer_with(const std::string& status_line, const std::string& fields) {
  return "HTTP/1.1 " + status_line + "\r\n" + fields + "Content-Length: 0\r\n\r\n";
}

inline RawAnswer ask_for(const RouterProcess& router, std::string_view target, FieldList fields = {},
                         std::string_view method = "GET") {
  RawClient client(router.port());
  client.send(make_request(method, target, fields));
  return client.read(kPatience, method);
}

}  // namespace router::test

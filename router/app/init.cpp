#include "app/init.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string_view>

namespace router::app {
namespace {

struct NewFile {
  std::string_view name;
  std::string_view text;
};

constexpr std::string_view kDescriptor = R"({
  "welcomeFile": "/index.html",
  "authenticationMethod": "route",
  "destinations": {
    "app": { "logoutPath": "/logout" }
  },
  "routes": [
    { "source": "^/app/(.*)$", "target": "/$1", "destination": "app", "authenticationType": "none" },
    { "source": "^/(.*)$", "target": "$1", "localDir": "web", "authenticationType": "none" }
  ]
}
)";

constexpr std::string_view kEnvironment = R"({
  "destinations": [
    { "name": "app", "url": "http://localhost:8080" }
  ]
}
)";

constexpr std::string_view kInitPage = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>It works</title>
<h1>It works</h1>
<p>This page is web/index.html. What is below <a href="/app/">/app/</a> comes from http://localhost:8080.</p>
</html>
)";

constexpr std::string_view kReadme = R"(# A directory of xs-router

    xs-router check -w .     # what is wrong with it; nothing, as it is
    xs-router -w .           # http://localhost:5000

JSON has no comments, so they are here.

`xs-app.json` says what the router does:

- `welcomeFile`: where a browser goes that asks for `/`.
- `authenticationMethod`: `route`, so that each route says itself who may come.
- `destinations.app.logoutPath`: what is called at the back-end when somebody who has used it signs out.
- `routes`: the first one whose `source` (a regular expression) fits the path has it. `target` is what becomes of the path;
  `destination` is a back-end, `localDir` a folder here. The last one takes everything, so it stays the last.
- `authenticationType`: `none` for everybody. With a login it is `oidc`; then these are needed, too:
  - in `xs-app.json`: `"logout": { "logoutEndpoint": "/my/logout", "logoutPage": "/index.html" }`, a way out;
  - in the environment: `OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET` of your identity provider, and
    `ALLOWED_HOSTS`, the names that browsers know the router by.

`default-env.json` holds variables for development, which the real environment goes before: here the back-end `app`. In
production they come from the environment, and secrets only from there.

`web/` holds the files of the last route.
)";

constexpr std::array kFiles{NewFile{"xs-app.json", kDescriptor}, NewFile{"default-env.json", kEnvironment},
                            NewFile{"web/index.html", kInitPage}, NewFile{"README.md", kReadme}};

}  // namespace

int write_directory(const std::string& directory, std::ostream& out, std::ostream& err) {
  namespace fs = std::filesystem;
  const fs::path top(directory);
  std::error_code fault;
  for (const auto& file : kFiles) {
    if (!fs::exists(fs::symlink_status(top / file.name, fault))) continue;
    err << "xs-router: " << (top / file.name).string() << " is there already; nothing was written\n";
    return 1;
  }
  for (const auto& file : kFiles) {
    const auto path = top / file.name;
    fs::create_directories(path.parent_path().empty() ? fs::path(".") : path.parent_path(), fault);
    std::ofstream written(path, std::ios::binary);
    written << file.text;
    written.close();
    if (!written) {
      err << "xs-router: " << path.string() << " cannot be written\n";
      return 1;
    }
    out << path.string() << "\n";
  }
  out << "xs-router -w " << top.string() << " starts it; " << (top / "README.md").string() << " says what is what\n";
  return 0;
}

}  // namespace router::app

// What files the router itself reads and writes, and what is said of them at load.
#include <doctest/doctest.h>

#include "config/config_fixture.h"
#include "config/report.h"
#include "support/certificates.h"

namespace router::config::test::own_files_test {
namespace {

using router::test::make_self_signed;

constexpr const char* kEncrypted =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg=\n-----END ENCRYPTED "
    "PRIVATE KEY-----\n";

TEST_CASE("environment: certificate and key are judged at load, an encrypted key asks nobody [issue 9]") {
  const auto own = make_self_signed("own.example");
  const auto other = make_self_signed("other.example");
  const TemporaryDirectory directory;
  directory.write("xs-app.json", "{}");
  directory.write("cert.pem", own.certificate);
  directory.write("key.pem", own.key);
  directory.write("other.pem", other.key);
  directory.write("encrypted.pem", kEncrypted);
  directory.write("text.pem", "text");
  struct Row {
    const char* certificate;
    const char* key;
    const char* at;
    const char* found;
  };
  for (const std::string prefix : {"", "MANAGEMENT_"}) {
    const auto load = [&](const std::string& certificate, const std::string& key) {
      return directory.load({{"VCAP_APPLICATION", "{}"},
                             {"MANAGEMENT_PORT", "0"},
                             {prefix + "TLS_CERT", certificate},
                             {prefix + "TLS_KEY", key}});
    };
    CHECK(load("cert.pem", "key.pem").configuration);
    for (const Row& row : {Row{"cert.pem", "other.pem", "TLS_KEY", "the key of another certificate"},
                           Row{"cert.pem", "encrypted.pem", "TLS_KEY", "the key is encrypted"},
                           Row{"cert.pem", "text.pem", "TLS_KEY", "no usable private key"},
                           Row{"text.pem", "key.pem", "TLS_CERT", "no usable certificate"},
                           Row{"key.pem", "key.pem", "TLS_CERT", "no usable certificate"}}) {
      CAPTURE(row.found);
      const auto loaded = load(row.certificate, row.key);
      const auto text = to_text(loaded.issues);
      CHECK_FALSE(loaded.configuration);
      CHECK(text.find(prefix + row.at) != std::string::npos);
      CHECK(text.find(row.found) != std::string::npos);
    }
  }
  CHECK_FALSE(
      directory.load({{"VCAP_APPLICATION", "{}"}, {"TLS_CERT", "cert.pem,cert.pem"}, {"TLS_KEY", "key.pem,other.pem"}})
          .configuration);
  CHECK_FALSE(directory.load({{"VCAP_APPLICATION", "{}"}, {"TLS_CERT", "cert.pem,cert.pem"}, {"TLS_KEY", "key.pem"}})
                  .configuration);
}

TEST_CASE("check: a localDir with files of the router in it is a warning [issue 9]") {
  const TemporaryDirectory directory;
  directory.write("web/a.txt", "a");
  directory.write("web/keys/token", "a-token-of-enough-length");
  const auto warnings = [&](const std::string& folder, std::map<std::string, std::string> variables) {
    directory.write("xs-app.json", R"({"routes":[{"source":"^/","localDir":")" + folder + R"("}]})");
    variables["VCAP_APPLICATION"] = "{}";
    auto loaded = directory.load(std::move(variables));
    REQUIRE(loaded.configuration);
    warn_of_private_files(loaded.private_files, *loaded.configuration, Report(loaded.issues, "xs-app.json"));
    const auto text = to_text(loaded.issues);
    return text.find("/routes/0/localDir") != std::string::npos &&
           text.find("of the router itself") != std::string::npos;
  };
  CHECK(warnings(".", {}));
  CHECK_FALSE(warnings("web", {}));
  CHECK(warnings("web", {{"STATE_DIR", "web/state"}}));
  CHECK_FALSE(warnings("web", {{"STATE_DIR", "state"}}));
  CHECK(warnings("web", {{"STATE_DIR", "web"}}));
  CHECK(warnings("web", {{"LOG_FILE", "web/log.txt"}}));
  CHECK(warnings("web", {{"MANAGEMENT_PORT", "0"}, {"MANAGEMENT_TOKEN_FILE", "web/keys/token"}}));
  CHECK(
      warnings("web", {{"SESSION_STORE", "sqlite:web/a.db"}, {"SESSION_SECRET", "0123456789abcdef0123456789abcdef"}}));
}

TEST_CASE("private files: those of two configurations are all of both, each once [issue 9]") {
  PrivateFiles now{{"/r/xs-app.json", "/r/new.key"}, {"/r/other"}, {"/r/new.log"}};
  now.add({{"/r/xs-app.json", "/r/old.key"}, {"/r/state"}, {"/r/old.log", "/r/new.log"}});
  CHECK(now.files == std::vector<std::string>{"/r/xs-app.json", "/r/new.key", "/r/old.key"});
  CHECK(now.folders == std::vector<std::string>{"/r/other", "/r/state"});
  CHECK(now.beginnings == std::vector<std::string>{"/r/new.log", "/r/old.log"});
}

}  // namespace
}  // namespace router::config::test::own_files_test

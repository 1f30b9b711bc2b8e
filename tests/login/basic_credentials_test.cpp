#include "login/basic_credentials.h"

#include <doctest/doctest.h>

#include "crypto/digest.h"

namespace router::basic_credentials_test {

namespace {

std::string basic(const std::string& pair) { return "Basic " + crypto::base64_encode(pair); }

}  // namespace

TEST_CASE("basic credentials: user up to the first colon, password the rest, in UTF-8") {
  const struct {
    std::string field, user, password;
  } rows[] = {{basic("ada:secret"), "ada", "secret"},
              {basic("ada:a:b:c"), "ada", "a:b:c"},
              {basic("ada:"), "ada", ""},
              {"bAsIc  " + crypto::base64_encode("ada:x") + " ", "ada", "x"},
              {basic("m\xC3\xBCller:gr\xC3\xBC\xC3\x9F"), "m\xC3\xBCller", "gr\xC3\xBC\xC3\x9F"}};
  for (const auto& row : rows) {
    const auto read = login::read_basic_credentials(row.field);
    REQUIRE(read);
    CHECK(read->user == row.user);
    CHECK(read->password.reveal() == row.password);
  }
}

TEST_CASE("basic credentials: whatever else is none") {
  const std::string rows[] = {"",
                              "Basic",
                              "Basic ",
                              "Basic ???",
                              "Basic YWRh",
                              basic(":no-user"),
                              basic(std::string("a\0da:x", 6)),
                              basic("ada:x\r\ny"),
                              "Bearer YWRhOng=",
                              "BasicYWRhOng=",
                              "Basic YWRhOng"};
  for (const auto& row : rows) CHECK_MESSAGE(!login::read_basic_credentials(row), row);
}

TEST_CASE("bearer token: visible characters after the scheme") {
  CHECK(login::read_bearer_token("Bearer a.b-c_d") == "a.b-c_d");
  CHECK(login::read_bearer_token("bearer  x ") == "x");
  for (const char* row : {"", "Bearer", "Bearer ", "Bearer a b", "Bearer \x01", "Bearer \xC3\xBC", "Basic a"}) {
    CHECK_MESSAGE(!login::read_bearer_token(row), row);
  }
}

}  // namespace router::basic_credentials_test

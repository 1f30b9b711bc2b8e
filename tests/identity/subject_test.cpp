#include "identity/subject.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::subject_test {

using namespace router::identity;
using nlohmann::json;
using Format = Subject::Format;

TEST_CASE("subject: each format of RFC 9493 is read, or known to be none of ours [issue 16]") {
  struct Row {
    const char* text;
    Format format;
    const char* issuer;
    const char* value;
  };
  const Row rows[] = {
      {R"({"format":"iss_sub","iss":"https://id.example","sub":"ada"})", Format::iss_sub, "https://id.example", "ada"},
      {R"({"format":"email","email":"Ada@Example.com"})", Format::email, "", "Ada@Example.com"},
      {R"({"format":"opaque","id":"sid|1"})", Format::opaque, "", "sid|1"},
      {R"({"format":"account","uri":"acct:ada@example.com"})", Format::account, "", "ada@example.com"},
      {R"({"format":"phone_number","phone_number":"+12065550100"})", Format::phone_number, "", "+12065550100"},
      {R"({"format":"did","url":"did:example:123"})", Format::unsupported, "", "did"},
      {R"({"format":"uri","uri":"https://user.example/ada"})", Format::unsupported, "", "uri"},
      {R"({"format":"jwt_id","iss":"https://id.example","jti":"x"})", Format::unsupported, "", "jwt_id"},
      {R"({"format":"catalog_item","catalog_id":"c"})", Format::unsupported, "", "catalog_item"},
      {R"({"format":"opaque","id":"x","more":7})", Format::opaque, "", "x"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto subject = read_subject(json::parse(row.text));
    REQUIRE(subject);
    CHECK(subject->format == row.format);
    CHECK(subject->issuer == row.issuer);
    CHECK(subject->value == row.value);
  }
}

TEST_CASE("subject: aliases and complex ones hold others, two levels deep and no more [issue 16]") {
  const auto subject = read_subject(json::parse(R"({"format":"complex",
      "user":{"format":"aliases","identifiers":[{"format":"email","email":"a@b"},{"format":"opaque","id":"1"}]},
      "tenant":{"format":"opaque","id":"t"}})"));
  REQUIRE(subject);
  CHECK(subject->format == Format::complex);
  REQUIRE(subject->part("user") != nullptr);
  CHECK(subject->part("user")->format == Format::aliases);
  CHECK(subject->part("user")->parts.size() == 2);
  REQUIRE(subject->part("tenant") != nullptr);
  CHECK(subject->part("tenant")->value == "t");
  CHECK(subject->part("device") == nullptr);
}

TEST_CASE("subject: what is not as its format says is refused [issue 16]") {
  json many = json::array();
  for (std::size_t i = 0; i <= Subject::kMostParts; ++i) many.push_back({{"format", "opaque"}, {"id", "x"}});
  json crowd{{"format", "complex"}};
  for (std::size_t i = 0; i <= Subject::kMostParts; ++i)
    crowd["r" + std::to_string(i)] = {{"format", "opaque"}, {"id", "x"}};
  const json rows[] = {
      json::parse("null"),
      json::parse("7"),
      json::parse("[]"),
      json::parse("{}"),
      json::parse(R"({"format":7})"),
      json::parse(R"({"format":""})"),
      json::parse(R"({"format":"iss_sub","sub":"ada"})"),
      json::parse(R"({"format":"iss_sub","iss":"https://id.example"})"),
      json::parse(R"({"format":"iss_sub","iss":"https://id.example","sub":""})"),
      json::parse(R"({"format":"iss_sub","iss":["https://id.example"],"sub":"ada"})"),
      json::parse(R"({"format":"email","id":"ada"})"),
      json::parse(R"({"format":"email","email":{"x":1}})"),
      json::parse(R"({"format":"opaque","id":12})"),
      json::parse(R"({"format":"account","uri":"ada@example.com"})"),
      json::parse(R"({"format":"account","uri":"acct:"})"),
      json::parse(R"({"format":"phone_number"})"),
      json::parse(R"({"format":"aliases"})"),
      json::parse(R"({"format":"aliases","identifiers":[]})"),
      json::parse(R"({"format":"aliases","identifiers":[7]})"),
      json::parse(R"({"format":"aliases","identifiers":[{"format":"email"}]})"),
      json::parse(R"({"format":"aliases","identifiers":[{"format":"aliases","identifiers":[]}]})"),
      json::parse(R"({"format":"complex"})"),
      json::parse(R"({"format":"complex","user":"ada"})"),
      json::parse(R"({"format":"complex","user":{"format":"complex","user":{"format":"opaque","id":"x"}}})"),
      json::parse(R"({"format":"complex","user":{"id":"x"}})"),
      {{"format", "opaque"}, {"id", std::string(2000, 'x')}},
      {{"format", "aliases"}, {"identifiers", many}},
      crowd,
  };
  for (const auto& row : rows) {
    CAPTURE(row.dump().substr(0, 100));
    const auto subject = read_subject(row);
    CHECK_FALSE(subject);
    if (!subject) CHECK(subject.error().code == base::ErrorCode::bad_request);
  }
}

}  // namespace router::subject_test

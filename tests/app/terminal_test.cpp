#include "app/terminal.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/top.h"

namespace router::terminal_test {

TEST_CASE("commands: what strangers have sent drives no terminal [issue 14]") {
  CHECK(app::shown_text("ada\x1b[31m\r\n\x7f") == "ada?[31m???");
  CHECK(app::shown_text("Ünal") == "Ünal");
  CHECK(app::shown_text(std::string(5'000, 'x')).size() == 200);
  struct Row {
    const char* text;
    const char* shown;
  };
  // CSI and OSC as one character, and as one byte; what is no UTF-8 at all; what is no control
  for (const auto& [text, shown] :
       {Row{"a\xC2\x9B"
            "2J",
            "a?2J"},
        Row{"a\x9B"
            "2J",
            "a?2J"},
        Row{"\xC2\x9D"
            "0;x",
            "?0;x"},
        Row{"\xC2\xA0", "\xC2\xA0"}, Row{"\xC0\x9B", "??"}, Row{"\xE2\x82", "??"}, Row{"\xED\xA0\x80", "???"},
        Row{"\xE0\x80\x80", "???"}, Row{"\xE2\x82\xAC", "\xE2\x82\xAC"}, Row{"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        Row{"\xFF"
            "a",
            "?a"}}) {
    CAPTURE(shown);
    CHECK(app::shown_text(text) == shown);
  }
  // cut between characters, never within one
  std::string long_text = "x";
  for (int i = 0; i < 100; ++i) long_text += "Ü";
  CHECK(app::shown_text(long_text) == long_text.substr(0, 199));
}

TEST_CASE("commands: columns are as wide as what is in them, in characters [issue 14]") {
  app::Table table({"USER", "AGE", "LAST"});
  table.add({"Ünal", "3 s", "x"});
  table.add({"bo", "12 min", "yy"});
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() == "USER  AGE     LAST\nÜnal  3 s     x\nbo    12 min  yy\n");
}

TEST_CASE("commands: times are told in the two largest units [issue 14]") {
  CHECK(app::shown_span(0) == "0 s");
  CHECK(app::shown_span(59) == "59 s");
  CHECK(app::shown_span(302) == "5 min 2 s");
  CHECK(app::shown_span(3'600) == "1 h");
  CHECK(app::shown_span(100'000) == "1 d 3 h");
  CHECK(app::shown_time(0) == "1970-01-01T00:00:00Z");
}

TEST_CASE("commands: the screen of top says what is wrong first, and a dash where nothing is known [issue 14]") {
  const auto overview = nlohmann::ordered_json::parse(R"({"problems":["it burns\u001b[2J"],
    "requests":{"per_second":12.34,"p50_ms":null,"total":7},
    "back_ends":[{"name":"bank","per_second":1,"p50_ms":2.5,"p99_ms":null,"requests":3,"open":4,"idle":1,"waiting":0,"error_share":0.125}]})");
  const auto screen = app::overview_screen(overview, false);
  CHECK(screen.starts_with("! it burns?[2J\n"));
  CHECK(screen.find("12.3/s, p50 - ms") != std::string::npos);
  CHECK(screen.find("bank      1.0         2.5     -       4     1     0        12.5 %  3         -") !=
        std::string::npos);
  CHECK(app::overview_screen(overview, true).find("\033[31m") != std::string::npos);
  for (const auto* odd : {"{}", "[]", R"({"problems":5,"requests":[],"back_ends":[1,{}]})"}) {
    CAPTURE(odd);
    CHECK(app::overview_screen(nlohmann::ordered_json::parse(odd), false).find("requests") != std::string::npos);
  }
}

}  // namespace router::terminal_test

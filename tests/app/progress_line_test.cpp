#include "app/progress_line.h"

#include <doctest/doctest.h>

#include <sstream>

#include "support/fake_loop.h"

namespace router::progress_line_test {

TEST_CASE("progress: a line comes when something takes long, ten times a second, and goes away again [issue 14]") {
  test::FakeClock clock;
  std::ostringstream terminal;
  {
    app::ProgressLine line(terminal, clock);
    line.show("routes read", 100, 20'000);
    clock.advance(base::milliseconds(499));
    line.show("routes read", 200, 20'000);
    line.clear();
    CHECK(terminal.str().empty());
    clock.advance(base::milliseconds(1));
    line.show("routes read", 10'000, 20'000);
    CHECK(terminal.str() == "\r\x1b[K[###############...............] 10000 of 20000 routes read");
    terminal.str("");
    clock.advance(base::milliseconds(99));
    line.show("routes read", 10'001, 20'000);
    CHECK(terminal.str().empty());
    clock.advance(base::milliseconds(1));
    line.show("routes read", 20'000, 20'000);
    CHECK(terminal.str().find("] 20000 of 20000 routes read") != std::string::npos);
    line.clear();
    terminal.str("");
    line.clear();
    CHECK(terminal.str().empty());
    clock.advance(base::seconds(1));
    line.show("routes judged", 0, 20'000);
    terminal.str("");
  }
  CHECK(terminal.str() == "\r\x1b[K");
}

TEST_CASE("progress: a bar is full when all is done, and empty where there is nothing [issue 14]") {
  CHECK(app::bar_of(0, 0) == "[..............................] 0 of 0");
  CHECK(app::bar_of(7, 7) == "[##############################] 7 of 7");
  CHECK(app::bar_of(-1, 7) == "[..............................] -1 of 7");
  CHECK(app::bar_of(9, 7) == "[##############################] 9 of 7");
}

}  // namespace router::progress_line_test

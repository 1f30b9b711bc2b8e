// `xs-router receipts verify`: what it ends with.
#include "app/receipts_command.h"

#include <doctest/doctest.h>

#include <sstream>

#include "support/temporary_folder.h"

namespace router::receipts_command_test {

TEST_CASE("receipts verify: a file without receipts proves nothing, and ends with 2 [P3]") {
  const test::TemporaryFolder folder;
  folder.write("empty.jws", "");
  folder.write("lines.jws", "\n\n");
  folder.write("bad.jws", "no receipt\n");
  for (const bool json : {false, true}) {
    for (const char* name : {"empty.jws", "lines.jws", "missing.jws"}) {
      std::ostringstream out, err;
      CHECK(app::verify_receipts({folder / name}, "", {}, json, out, err) == 2);
      CHECK(err.str().find(name) != std::string::npos);
      CHECK(out.str().find("good") == std::string::npos);
    }
  }
  // what was found stays found, whatever comes after it
  std::ostringstream out, err;
  CHECK(app::verify_receipts({folder / "bad.jws"}, "", {}, false, out, err) == 1);
  CHECK(app::verify_receipts({folder / "empty.jws", folder / "bad.jws"}, "", {}, false, out, err) == 2);
}

}  // namespace router::receipts_command_test

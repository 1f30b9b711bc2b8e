#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "base/log.h"

// Many tests are about faults; what the log says of them would bury what doctest says.
int main(int argc, char** argv) {
  router::base::configure_log(router::base::LogLevel::off, router::base::LogFormat::text);
  return doctest::Context(argc, argv).run();
}

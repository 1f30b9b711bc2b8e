// Load generators for bench/run and bench/figures: cheap enough that what is measured is the router.
//
//   bench-load ask|hold|stream|websockets --port N [--name value]...
//
// Each generator's options stand at the head of its file.
#include <csignal>
#include <string_view>

#include "load/load.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  if (argc < 2) load::fail("which generator? ask, hold, stream or websockets");
  const std::string_view name = argv[1];
  const load::Options options(argc - 2, argv + 2);
  if (name == "ask") return load::ask(options);
  if (name == "hold") return load::hold(options);
  if (name == "stream") return load::stream(options);
  if (name == "websockets") return load::websockets(options);
  load::fail("no such generator: " + std::string(name));
}

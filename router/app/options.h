// The command line. The fence around CLI11.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/operator_commands.h"
#include "app/receipts_command.h"
#include "app/signals_command.h"

namespace router::app {

struct Options {
  enum class Command {
    serve,
    check,
    explain,
    import_properties,
    verify_receipts,
    list_receipts,
    show_receipt,
    init,
    top,
    sessions,
    end,
    outbox,
    outbox_retry,
    outbox_drop,
    applications,
    applications_drop,
    reload,
    log_level,
    signals
  } command = Command::serve;
  std::string directory = ".";
  std::optional<std::uint16_t> port;
  std::optional<std::string> state_directory;
  bool json = false;    // --json
  bool strict = false;  // check --strict
  std::string method;   // explain METHOD URL
  std::string url;
  std::vector<std::string> headers;  // explain -H "Name: value"
  std::string application;           // explain --app FILE
  std::string file;                  // import FILE
  std::vector<std::string> files;    // receipts verify FILE...
  std::string jwks;                  // receipts verify --jwks
  std::string management_url;        // --url of those that ask a running router
  ReceiptList receipts;              // receipts list, show
  std::string id;                    // receipts show ID, logouts ID
  SessionList sessions;
  EndOrder end;
  OutboxOrder outbox;
  ApplicationOrder applications;
  LogLevelOrder log_level;
  SignalsOrder signals;
  unsigned count = 0;  // top: so many screens
};

// Help, version or a usage error: what the process prints and exits with is printed already.
using ExitCode = int;
std::variant<Options, ExitCode> parse_options(int argc, char** argv);

}  // namespace router::app

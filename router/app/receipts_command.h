// `xs-router receipts`: verifies signed receipts, lists and shows those of a running router.
//
// Exit codes of verify: 0 all is well; 1 something is missing, changed or forged; 2 it could not be found out: a file or
// the keys cannot be read. The others: as app/operator_commands. Source: docs/contract/durability.md "Receipts are
// evidence".
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "app/operator_commands.h"
#include "base/secret.h"

namespace router::app {

struct ReceiptList {
  std::string cause;
  std::string user;
  std::string outcome;
  std::size_t limit = 50;
  bool as_jws = false;  // one a line, as `verify` reads them
};

// `jwks`: a file or an http(s) URL; empty: only the chain is checked, which is said.
int verify_receipts(const std::vector<std::string>& files, const std::string& jwks, const base::Secret& token,
                    bool json, std::ostream& out, std::ostream& err);
int list_receipts(const ManagementAccess& access, const ReceiptList& list, bool json, const Console& console);
int show_receipt(const ManagementAccess& access, const std::string& id, bool as_jws, bool json, const Console& console);

}  // namespace router::app

// Sends a part of a file through Exchange::write: for exchanges that have no better way, and for small parts.
//
// Holds at most 32 KiB at a time. On the exchange's loop; reading blocks for as long as the disk does.
// Errors: those of write; internal, where the file cannot be read or has become shorter.
#pragma once

#include <cstdint>

#include "net/exchange.h"

namespace router::net {

base::Task<base::Result<void>> copy_file(Exchange& exchange, int descriptor, std::uint64_t offset,
                                         std::uint64_t length);

}  // namespace router::net

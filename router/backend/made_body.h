// Makes what is sent instead of a file's own bytes, with a turn for the others of the loop after each piece.
//
// On `loop`; what is passed by reference outlives the task. Reading blocks for as long as the disk does.
#pragma once

#include <string>

#include "backend/compressed_body.h"
#include "backend/file_root.h"
#include "backend/representation.h"
#include "base/loop.h"
#include "config/model.h"
#include "http/accept_encoding.h"

namespace router::backend {

// Larger ones are sent as they are: for them there are precompressed siblings.
inline constexpr std::uint64_t kLargestCompressed = 8 * 1024 * 1024;

// Errors: internal (the file, or what becomes of it, is too large, or cannot be read).
base::Task<base::Result<std::string>> make_filled(const OpenFile& file, const config::Replacement& replacement,
                                                  base::Loop& loop);

// `slots`: how many are made at a time. Errors: overloaded (none is left), internal (as above).
base::Task<base::Result<std::string>> make_compressed(const Representation& of, http::Coding coding,
                                                      CompressionSlots& slots, base::Loop& loop);

}  // namespace router::backend

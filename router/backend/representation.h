// What a static file is sent as: itself, a precompressed sibling (.br, .gz), or with its placeholders filled
// in.
//
// Made for one request, on its loop; owns the open file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "backend/file_root.h"
#include "backend/kept_bodies.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/model.h"
#include "http/conditional.h"
#include "http/headers.h"

namespace router::backend {

struct Representation {
  OpenFile file;
  std::shared_ptr<const std::string> text;  // with placeholders filled in; null: the bytes of `file` are sent
  std::uint64_t size = 0;                   // of what is sent
  std::string_view content_type;
  std::string_view content_coding;  // as in Content-Encoding, empty = none
  bool varies = false;              // by Accept-Encoding
  http::Validators validators;      // of this representation; the tag is weak
};

// The placeholders of a route, and since when they have their values: a file is at least as new as these.
struct Placeholders {
  const config::Replacement& replacement;
  std::uint64_t fingerprint;
  base::WallTime since;
};

// Precompressed siblings are taken for types worth compressing, if the client accepts them and they are not
// older than the file. `name` is the file's, below `folder`; it is a regular one.
base::Result<Representation> represent_stored(const FileRoot& root, const Descriptor& folder, const std::string& name,
                                              OpenFile file, const http::Headers& request);

// On `loop`; filled in once and kept among `bodies`. Errors: those of make_filled.
base::Task<base::Result<Representation>> represent_filled(std::string name, OpenFile file, Placeholders placeholders,
                                                          KeptBodies& bodies, base::Loop& loop, base::WallTime now);

}  // namespace router::backend

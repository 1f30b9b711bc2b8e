// Answers GET and HEAD from the folder of a localDir route.
//
// What is worth compressing is compressed once and kept (backend/kept_bodies.h); files above 8 MiB, and those that come
// while enough others are being compressed, go out as they are.
// Nothing outside the folder is served, no dotfile (but .well-known), nothing that is not a regular file: all
// of that is not_found. Empty segments of a path are left out. A folder answers with its index.html, after a redirect
// to the form with a slash where that leads there, so that relative links in it hold. Bytes go from the page cache to
// the socket (Exchange::send_file) or, of small files, in one write with the head. Immutable; serve() on the exchange's
// loop. Owner: the graph. Source: docs/contract/descriptor.md, "Static files".
#pragma once

#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/file_root.h"
#include "backend/kept_bodies.h"
#include "backend/representation.h"
#include "backend/static_answer.h"
#include "base/clock.h"

namespace router::backend {

class StaticFiles final : public Backend {
 public:
  // `route` has a localDir; it, the configuration and `bodies` outlive this. `loaded_at`: when the configuration, and
  // with it the values of placeholders, was read. `closed`: what is not served, wherever it is.
  StaticFiles(const config::Route& route, const config::Configuration& configuration, KeptBodies& bodies,
              base::WallTime loaded_at, const config::PrivateFiles& closed = {},
              FileRoot::Resolution resolution = FileRoot::available_resolution());

  // Errors before the response: not_found, bad_request (of rewriting), unavailable, internal.
  base::Task<base::Result<void>> serve(Call& call) override;

  struct FoundFile {
    Descriptor folder;
    std::string name;  // below localDir
    OpenFile file;
    bool lacks_slash = false;  // a folder, or its index.html, that the browser has to name with a slash
  };

 private:
  std::string_view cache_control(const Call& call) const;
  net::ResponseStart begin(Call& call, StaticAnswer& answer) const;
  base::Task<base::Result<Representation>> represent(Call& call, FoundFile found) const;
  base::Task<KeptBodies::Made> compressed(Call& call, const Representation& of, http::Coding coding) const;

  const config::Route& route_;
  const config::Configuration& config_;
  KeptBodies& bodies_;
  const config::ToFolder& folder_;
  FileRoot root_;
  base::WallTime loaded_at_;
  std::uint64_t placeholders_ = 0;  // fingerprint
};

}  // namespace router::backend

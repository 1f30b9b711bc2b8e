// The media type of a file, from the end of its name, as the Node router has it (but for avif, cjs and opus, which it
// does not know). Text, scripts and JSON carry charset=utf-8. Pure; any thread.
#pragma once

#include <string_view>

namespace router::backend {

struct ContentType {
  std::string_view value = "application/octet-stream";  // of the Content-Type field
  bool compressible = false;                            // worth compressing: precompressed siblings are looked for
};

// `file` may be a path. Names without a known ending are application/octet-stream.
ContentType content_type_of(std::string_view file);

}  // namespace router::backend

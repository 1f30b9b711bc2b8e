#include <algorithm>
#include <array>

#include "management/embedded_files.h"
#include "management/handlers.h"
#include "management/serve.h"

namespace router::management {
namespace {

// Nothing from elsewhere, nothing inline, no frame around it; texts of the API can become no markup, whatever a script does.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

struct FileType {
  std::string_view suffix;
  std::string_view type;
};
constexpr std::array kFileTypes{FileType{".html", "text/html; charset=utf-8"},
                                FileType{".css", "text/css; charset=utf-8"},
                                FileType{".js", "text/javascript; charset=utf-8"}, FileType{".svg", "image/svg+xml"}};

Response file_response(const Asking& asking, std::string_view name) {
  if (!asking.doorkeeper.has_tokens()) return *turn_away({}, asking.request, asking.doorkeeper);
  const auto text = embedded_file(name);
  const auto type = std::find_if(kFileTypes.begin(), kFileTypes.end(),
                                 [name](const FileType& one) { return name.ends_with(one.suffix); });
  if (text.data() == nullptr || type == kFileTypes.end()) return problem(404, "the console has no such file");
  return {.type = std::string(type->type),
          .body = std::string(text),
          .fields = {{"Content-Security-Policy", std::string(kPolicy)}}};
}

}  // namespace

Response console_page(const Asking& asking) { return file_response(asking, "index.html"); }

Response console_file(const Asking& asking) { return file_response(asking, asking.name); }

}  // namespace router::management

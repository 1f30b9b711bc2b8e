#include "management/message.h"

#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "http/message.h"

namespace router::management {

Response problem(int status, std::string_view detail) {
  const nlohmann::ordered_json body{
      {"type", "about:blank"}, {"title", http::reason_phrase(status)}, {"status", status}, {"detail", detail}};
  return {.status = status, .type = "application/problem+json", .body = base::json_text(body)};
}

}  // namespace router::management

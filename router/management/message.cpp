#include "management/message.h"

#include <nlohmann/json.hpp>

#include "http/message.h"

namespace router::management {

Response problem(int status, std::string_view detail) {
  const nlohmann::ordered_json body{
      {"type", "about:blank"}, {"title", http::reason_phrase(status)}, {"status", status}, {"detail", detail}};
  using Json = nlohmann::ordered_json;
  return {.status = status,
          .type = "application/problem+json",
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace router::management

#include "logout/logout_details.h"

#include "base/text.h"
#include "identity/am_rest.h"

namespace router::logout {

http::Response details_answer(std::string_view result, const std::map<std::string, std::string>& details) {
  std::string json = "{\"result\":" + base::json_quote(result);
  for (const auto& [key, value] : details) {
    json.append(",").append(base::json_quote(key)).append(":").append(base::json_quote(value));
  }
  return identity::rest_answer(200, json + "}");
}

}  // namespace router::logout

#include "net/date.h"

#include <ctime>
#include <string>

#include "http/cookie.h"

namespace router::net {

std::string_view current_http_date() {
  thread_local std::time_t made_for = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made_for) {
    made_for = now;
    text = http::format_http_date(std::chrono::system_clock::from_time_t(now));
  }
  return text;
}

}  // namespace router::net

// The Date field, made once a second. Any thread. Source: RFC 9110 section 6.6.1.
#pragma once

#include <string_view>

namespace router::net {

// Valid until the thread's next call.
std::string_view current_http_date();

}  // namespace router::net

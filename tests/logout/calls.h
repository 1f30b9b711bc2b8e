// Calls as a logout makes them, for tests of what keeps them.
#pragma once

#include <memory>
#include <string>

#include "logout/call_record.h"

namespace router::test {

// Without token, cookies and request.
inline std::shared_ptr<logout::CallRecord> make_plain_call(const std::string& logout_id, unsigned number,
                                                           const std::string& back_end = "bank") {
  auto call = std::make_shared<logout::CallRecord>();
  call->id = logout_id + "." + std::to_string(number);
  call->logout_id = logout_id;
  call->target_name = "destination:" + back_end;
  call->back_end = back_end;
  call->credentials = std::make_shared<logout::Credentials>();
  call->created = base::WallTime(std::chrono::milliseconds(1'800'000'000'000 + number));
  return call;
}

inline std::shared_ptr<logout::CallRecord> make_call(const std::string& logout_id, unsigned number,
                                                     const std::string& back_end = "bank") {
  auto call = make_plain_call(logout_id, number, back_end);
  call->credentials->access_token = base::Secret("token-of-" + logout_id);
  call->credentials->expires = call->created + base::minutes(5);
  call->cookies = base::Secret("a=1; b=" + back_end);
  call->forwarded = {{"x-forwarded-host", "app.example"}, {"x-forwarded-path", "/my/logout"}};
  return call;
}

}  // namespace router::test

// What each route of the management port does (management/routes.cpp). On the port's threads.
#pragma once

#include "management/routes.h"

namespace router::management {

Response health(const Asking& asking);
Response ready(const Asking& asking);
Response metrics(const Asking& asking);
Response configuration(const Asking& asking);
Response reload(const Asking& asking);
Response log_level(const Asking& asking);
Response set_log_level(const Asking& asking);
Response explain(const Asking& asking);
Response receipts(const Asking& asking);
Response receipt(const Asking& asking);
Response receipt_keys(const Asking& asking);
Response openapi(const Asking& asking);
Response overview_now(const Asking& asking);
Response events(const Asking& asking);
Response last_minutes(const Asking& asking);
Response route_counts(const Asking& asking);
Response sessions(const Asking& asking);
Response end_session(const Asking& asking);
Response end_sessions(const Asking& asking);
Response signals(const Asking& asking);
Response outbox(const Asking& asking);
Response retry_calls(const Asking& asking);
Response drop_call(const Asking& asking);
Response applications(const Asking& asking);
Response drop_application(const Asking& asking);
Response console_page(const Asking& asking);
Response console_file(const Asking& asking);
Response sign_in(const Asking& asking);
Response who_asks(const Asking& asking);
Response sign_out(const Asking& asking);

// A line for whoever asks later who did it: "audit": true.
void audit(const Asking& asking, std::string_view what, std::string_view detail);

}  // namespace router::management

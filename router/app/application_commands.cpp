#include <iostream>

#include "app/management_calls.h"
#include "app/operator_commands.h"
#include "app/terminal.h"
#include "base/text.h"

namespace router::app {

int show_applications(const ManagementAccess& access, const ApplicationOrder& order, bool json,
                      const Console& console) {
  std::string target = "/api/applications";
  add_parameter(target, "tenant", order.tenant);
  add_parameter(target, "name", order.name);
  const auto listed = list_all(access, target, "applications", order.limit);
  if (const auto code = tell_failure(listed, console)) return *code;
  if (json) {
    print_json(listed->items, console);
    return kCommandDone;
  }
  const auto bound = listed->last_page.find("bound");
  if (bound != listed->last_page.end() && *bound == false) {
    console.err << "xs-router: no HTML5 application repository is bound\n";
    return kCommandDone;
  }
  Table table({"KEY", "NAME", "VERSION", "TENANT", "STATE", "ASKED"});
  for (const auto& one : listed->items) {
    table.add({text_in(one, "key"), text_in(one, "name"), text_in(one, "version"), text_in(one, "tenant"),
               text_in(one, "state"), shown_span(number_in(one, "age_seconds")) + " ago"});
  }
  table.print(console.out);
  return kCommandDone;
}

int drop_kept_application(const ManagementAccess& access, const ApplicationOrder& order, bool json,
                          const Console& console) {
  return ask_for_change(access, {"DELETE", "/api/applications/" + base::percent_encode(order.key), {}}, json,
                        "forgotten", console);
}

}  // namespace router::app

// THE list of what the management port answers: handlers and /openapi.json are made from it.
#pragma once

#include <span>
#include <string_view>

#include "management/doorkeeper.h"
#include "management/history.h"
#include "management/message.h"
#include "management/operations.h"

namespace router::management {

// What a handler is given.
struct Asking {
  const Request& request;
  const Visitor& visitor;
  Operations& operations;
  Doorkeeper& doorkeeper;
  const History& history;
  std::string_view name;  // of what the path names: its last segment, where the route's is {id}
};

struct Answer {
  int status;
  std::string_view description;
  std::string_view type;    // media type
  std::string_view schema;  // JSON Schema, as text; empty: no JSON
};

// Of the query.
struct Parameter {
  std::string_view name;
  std::string_view schema;  // JSON Schema, as text
  std::string_view description;
};

struct Route {
  std::string_view method;
  std::string_view path;  // may end with /{id}
  std::string_view summary;
  Right needs;
  Response (*answer)(const Asking& asking);
  std::string_view body_schema;                // of the request; empty: it has none
  std::span<const Answer> answers;             // beside those that every route has: 400, 401, 403, 429, 500
  std::span<const Parameter> parameters = {};  // all that it knows; another one is 400
};

std::span<const Route> routes();

}  // namespace router::management

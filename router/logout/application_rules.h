// Which application a request logs out of (agent style): by the end of its path, or by a parameter.
//
// A named application beats the entry "" (all applications), for trigger and page alike; of two named ones
// the longer endpoint wins. Where a named one and "" have the same parameter, the named one holds for
// requests of its own destinations. Refers to the Logout, which outlives it. Immutable; any thread; nothing
// is allocated for a request whose parameters have plain names. Source: docs/contract/logout.md section 2; Java agents,
// "Logout".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"

namespace router::logout {

class ApplicationRules {
 public:
  using Application = config::ApplicationLogout;
  // The destination that the request is for; empty if there is none. Asked for only where it matters.
  using FindDestination = std::function<std::string()>;

  explicit ApplicationRules(const config::Logout& logout);

  bool has_parameters() const { return has_parameters_; }
  // nullptr: none. `path` normalised; its end counts, on a segment boundary.
  const Application* by_endpoint(std::string_view path) const;
  // `pairs`: a query or a form, raw.
  bool names_parameter(std::string_view pairs) const;
  const Application* by_parameter(std::string_view pairs, const FindDestination& destination) const;
  // The stronger of what the path and the parameters say; nullptr: neither says anything.
  static const Application* stronger(const Application* by_endpoint, const Application* by_parameter);

  // Where the user ends up; empty: at logoutPage.
  const std::string& page_of(const Application& application) const;
  std::string without_parameters(const std::string& query) const;

 private:
  bool matches(std::string_view name, const Application& application) const;
  bool has_match(std::string_view pairs, const Application& application) const;

  const config::Logout& logout_;
  const Application* all_ = nullptr;  // the entry ""
  bool has_parameters_ = false;
};

}  // namespace router::logout

// Logout at an application of the HTML5 repository: its `logoutEndpoint`, below its segment. As the central one, which
// it inherits from; it ends at the application's own page, and the application's back-ends hear of it.
//
// Made for one request, as the application may be gone with the next. Stateless.
// Source: docs/contract/html5.md section 1.
#pragma once

#include <memory>
#include <string>

#include "logout/sources/central.h"

namespace router::logout {

class ApplicationSource final : public Source {
 public:
  ApplicationSource(std::shared_ptr<const config::Configuration> application,
                    std::shared_ptr<identity::Providers> providers, session::Store& store, Ongoing& ongoing,
                    const base::Clock& clock)
      : application_(application), central_(std::move(application), std::move(providers), store, ongoing, clock) {}

  std::string_view name() const override { return "application"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override {
    return central_.may_handle(method, path, query);
  }
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  void complete(const http::Target& target, Trigger& trigger) const;

  std::shared_ptr<const config::Configuration> application_;
  CentralSource central_;
};

}  // namespace router::logout

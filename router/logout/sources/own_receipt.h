// `/xs-router/receipt` (kReceiptPath): the page that shows the browser which applications have confirmed its
// logout, with `logout.receiptLink`; needs no route and no session. Nobody is ever logged out by it.
// Background loop. Source: docs/contract/durability.md "Receipts are evidence".
#pragma once

#include <string>

#include "logout/receipt_link.h"
#include "logout/source.h"

namespace router::logout {

class OwnReceiptSource final : public Source {
 public:
  // `links` outlives it; null: there is no such page.
  OwnReceiptSource(ReceiptLinks* links, std::string cookie_name)
      : links_(links), cookie_name_(std::move(cookie_name)) {}

  std::string_view name() const override { return "own receipt"; }
  bool may_handle(std::string_view, std::string_view path, std::string_view) const override {
    return links_ != nullptr && path == kReceiptPath;
  }
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view, const http::Target&) const override { return std::nullopt; }

 private:
  Task<http::Response> answer(const http::Request* request);

  ReceiptLinks* links_;
  std::string cookie_name_;
};

}  // namespace router::logout

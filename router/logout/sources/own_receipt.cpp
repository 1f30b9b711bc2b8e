#include "logout/sources/own_receipt.h"

namespace router::logout {

Task<Result<std::optional<Recognition>>> OwnReceiptSource::recognise(const SourceInput& input) {
  auto answering = answer(&input.request);
  auto page = co_await answering;
  co_return std::optional<Recognition>(std::move(page));
}

Task<http::Response> OwnReceiptSource::answer(const http::Request* request) {
  if (!request->is_get_or_head()) co_return http::method_not_allowed("GET, HEAD");
  auto logouts = links_->logouts_of(request->headers, cookie_name_);
  auto looking = links_->confirmations(std::move(logouts));
  const auto confirmations = co_await looking;
  if (!confirmations) co_return http::pages::no_receipt();
  co_return http::pages::receipt(*confirmations);
}

}  // namespace router::logout

#include "logout/sources/application.h"

#include "base/text.h"
#include "logout/application_calls.h"

namespace router::logout {

Task<Result<std::optional<Recognition>>> ApplicationSource::recognise(const SourceInput& input) {
  auto recognising = central_.recognise(input);
  auto recognised = co_await recognising;
  if (!recognised || !*recognised) co_return recognised;
  if (auto* trigger = std::get_if<Trigger>(&**recognised)) complete(input.request.target, *trigger);
  co_return recognised;
}

std::optional<Trigger> ApplicationSource::preview(std::string_view method, const http::Target& target) const {
  auto trigger = central_.preview(method, target);
  if (trigger) complete(target, *trigger);
  return trigger;
}

void ApplicationSource::complete(const http::Target& target, Trigger& trigger) const {
  trigger.page = application_->logout.page;
  const std::string segment(base::cut(std::string_view(target.path).substr(1), '/').before);
  const std::string provider = trigger.session ? trigger.session->provider : std::string();
  trigger.application_logouts = application_logouts(*application_, segment, provider);
}

}  // namespace router::logout

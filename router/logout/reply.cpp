#include "logout/reply.h"

#include "base/text.h"
#include "http/pages.h"
#include "logout/receipt_link.h"

namespace router::logout {
namespace {

http::Response built_in_page(const Ending& ending, const ReplyExtras& extras) {
  const std::string_view receipt = extras.has_receipt_link ? kReceiptPath : std::string_view();
  if (!ending.application.empty()) return http::pages::signed_out_of(ending.application, receipt);
  std::string note(ending.provider == ProviderPart::unreachable ? kProviderAwayNote : "");
  if (!extras.is_known_everywhere) note.append(note.empty() ? "" : "; ").append(kReplicasLaterNote);
  return http::pages::signed_out(note, receipt);
}

http::Response redirect(const Ending& ending, const ReplyExtras& extras) {
  // Inside the provider's iframe there is nowhere to go.
  if (ending.provider == ProviderPart::skipped) return http::text_response(200, "");
  if (ending.provider_url.empty() && !ending.has_page) return built_in_page(ending, extras);
  const auto& form = ending.provider_form;
  if (!form.url.empty()) return http::pages::to_provider(form.url, form.parameters);
  return http::redirect_response(ending.next());
}

http::Response in_form(const Ending& ending, std::optional<http::Response> given, const ReplyExtras& extras) {
  switch (ending.form) {
    case ReplyForm::redirect:
      return redirect(ending, extras);
    case ReplyForm::url_in_body:
      return http::text_response(200, ending.next());
    case ReplyForm::url_as_json:
      return http::json_response(200, "{\"logoutUrl\":" + base::json_quote(ending.next()) + "}");
    case ReplyForm::page:
      return built_in_page(ending, extras);
    case ReplyForm::given:
      if (given) return std::move(*given);
      break;
    case ReplyForm::no_content:
    case ReplyForm::none:
      break;
  }
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace

http::Response make_reply(const Ending& ending, std::optional<http::Response> given, const ReplyExtras& extras) {
  auto response = in_form(ending, std::move(given), extras);
  response.headers.set("Cache-Control", "no-store");
  if (!extras.logout_id.empty()) response.headers.set("x-logout-id", extras.logout_id);
  for (const std::string& cookie : extras.set_cookies) response.headers.add("Set-Cookie", cookie);
  std::string cleared;
  for (const std::string& value : extras.clear_site_data) {
    cleared.append(cleared.empty() ? "\"" : ", \"").append(value).append("\"");
  }
  if (!cleared.empty()) response.headers.set("Clear-Site-Data", cleared);
  return response;
}

}  // namespace router::logout

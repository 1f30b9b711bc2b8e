#include "logout/plan.h"

namespace router::logout {
namespace {

std::string_view form_name(ReplyForm form) {
  switch (form) {
    case ReplyForm::redirect:
      return "redirect";
    case ReplyForm::url_in_body:
      return "the URL as text";
    case ReplyForm::url_as_json:
      return "the URL as JSON";
    case ReplyForm::page:
      return "a page";
    case ReplyForm::no_content:
      return "204";
    case ReplyForm::given:
      return "an answer of the protocol's own";
    case ReplyForm::none:
      return "none";
  }
  return "none";
}

void describe_call(const Call& call, std::string& out) {
  const CallTarget& target = *call.target;
  out.append("  call ").append(target.back_end).append(": ");
  out.append(target.method).append(" ").append(target.url.to_string());
  out.append(" (time-out ").append(std::to_string(target.timeout.count())).append(" ms");
  if (target.sends_token) out.append(", with the access token");
  if (!call.cookies.empty()) out.append(", with the captured cookies");
  out.append(")\n");
}

}  // namespace

std::string describe(const Plan& plan) {
  std::string out = "logout (" + std::string(to_string(plan.cause)) + "): ";
  out.append(plan.application ? "application " + *plan.application : "the whole session").append("\n");
  for (const Call& call : plan.calls) describe_call(call, out);
  if (plan.calls.empty()) out.append("  no back-end has a logoutPath\n");
  const Ending& ending = plan.ending;
  out.append("  identity provider: ").append(to_string(ending.provider));
  // The query may hold the id token.
  if (!ending.provider_url.empty())
    out.append(" to ").append(ending.provider_url.substr(0, ending.provider_url.find('?')));
  if (!ending.return_uri.empty()) out.append(", back to ").append(ending.return_uri);
  out.append("\n  landing: ").append(ending.landing).append(ending.has_page ? "" : " (built-in page)");
  out.append("\n  answer: ").append(form_name(ending.form)).append("\n");
  return out;
}

}  // namespace router::logout

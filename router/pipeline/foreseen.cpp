#include "pipeline/foreseen.h"

#include "base/text.h"
#include "pipeline/error_reply.h"

namespace router::pipeline {

Foreseen foresee(int status, std::string_view text) {
  return {status, std::to_string(status) + ": " + std::string(text)};
}

std::optional<Foreseen> foresee(const base::Result<Verdict>& verdict) {
  if (!verdict) return foresee(status_of(verdict.error()), verdict.error().detail);
  const auto* response = std::get_if<http::Response>(&*verdict);
  if (response == nullptr) return std::nullopt;
  if (const auto location = response->headers.get("Location")) return foresee(response->status, *location);
  if (const auto allow = response->headers.get("Allow"))
    return foresee(response->status, "takes " + std::string(*allow));
  const auto line = base::cut(response->body, '\n').before;
  return foresee(response->status, line.empty() ? http::reason_phrase(response->status) : line);
}

}  // namespace router::pipeline

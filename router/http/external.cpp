#include "http/external.h"

#include "base/text.h"

namespace router::http {

std::string forwarded_for(const Headers& headers) {
  std::string list;
  if (!headers.contains("x-forwarded-for")) return list;
  for (const auto& field : headers) {
    if (field.value.empty() || !base::equals_ignoring_case(field.name, "x-forwarded-for")) continue;
    if (!list.empty()) list.append(", ");
    list.append(field.value);
  }
  return list;
}

std::string client_chain(const Headers& headers, const External& external) {
  std::string chain = external.peer_trusted ? forwarded_for(headers) : std::string();
  if (!chain.empty()) chain.append(", ");
  return chain.append(external.peer_address);
}

}  // namespace router::http

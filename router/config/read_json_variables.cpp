#include <algorithm>

#include "base/pattern.h"
#include "base/text.h"
#include "config/json_access.h"
#include "config/read_environment.h"
#include "http/url.h"

namespace router::config {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

void read_agents(const json& partitioned, std::string_view key, const Report& report,
                 std::vector<std::string>& target) {
  for (const std::string& source : texts_member(partitioned, key)) {
    auto compiled = base::Pattern::compile(source);
    if (const auto* fault = std::get_if<base::Pattern::CompileError>(&compiled)) {
      report.error(pointer_to("/Partitioned", key),
                   {show(std::string_view(source)),
                    "a regular expression (" + fault->message + " at offset " + std::to_string(fault->offset) + ")"});
    } else {
      target.push_back(source);
    }
  }
}

void read_cookies(const Variables& variables, CookieAttributes& cookies) {
  const auto variable = variables.json_value("COOKIES");
  if (!variable) return;
  const json& value = *variable->value;
  const Report& report = variable->report;
  if (!value.is_object()) {
    report.error("", {show_value(value), "an object such as {\"SameSite\":\"None\"}"});
    return;
  }
  for (const auto& [name, item] : value.items()) {
    if (name == "SameSite") {
      if (item == "None" || item == "Lax" || item == "Strict") {
        cookies.same_site = item.get<std::string>();
      } else {
        report.error("/SameSite", {show_value(item), "\"None\", \"Lax\" or \"Strict\""});
      }
    } else if (name == "Partitioned") {
      if (!item.is_object() && !item.is_boolean()) {
        report.error("/Partitioned", {show_value(item), "an object with supportedPartitionAgents, or true or false"});
        continue;
      }
      cookies.partitioned = item.is_object() || item.get<bool>();
      read_agents(item, "supportedPartitionAgents", report, cookies.partitioned_agents);
      read_agents(item, "unsupportedPartitionAgents", report, cookies.not_partitioned_agents);
    } else {
      report.error(pointer_to("", name),
                   {"the unknown attribute " + show(std::string_view(name)), "\"SameSite\" or \"Partitioned\"",
                    nearest_hint(name, {"SameSite", "Partitioned"}), true});
    }
  }
}

// Alone it is what is sent, or to be sent, as Authorization.
std::optional<SignalSecret> read_signal_secret(const json& value) {
  const auto is_text = [](const json& one) { return one.is_string() && !one.get_ref<const std::string&>().empty(); };
  SignalSecret secret;
  if (is_text(value)) secret.authorization = Secret(value.get<std::string>());
  if (!value.is_object() || value.empty()) return is_text(value) ? std::optional(std::move(secret)) : std::nullopt;
  for (const auto& [name, item] : value.items()) {
    if (!is_text(item)) return std::nullopt;
    if (name == "authorization") {
      secret.authorization = Secret(item.get<std::string>());
    } else if (name == "clientId") {
      secret.client_id = item.get<std::string>();
    } else if (name == "clientSecret") {
      secret.client_secret = Secret(item.get<std::string>());
    } else {
      return std::nullopt;
    }
  }
  return secret;
}

void read_signals_secrets(const Variables& variables, std::map<std::string, SignalSecret>& secrets) {
  const auto variable = variables.json_value("SIGNALS_SECRETS");
  if (!variable) return;
  const json& value = *variable->value;
  if (!value.is_object()) {
    variable->report.error("", {"a value that is not shown", "an object such as {\"<issuer>\":\"Bearer …\"}"});
    return;
  }
  for (const auto& [whose, item] : value.items()) {
    auto secret = read_signal_secret(item);
    if (!secret) {
      variable->report.error(pointer_to("", whose),
                             {"a value that is not shown",
                              "a string that is not empty, or an object of authorization, clientId, clientSecret"});
      continue;
    }
    secrets.emplace(whose, *std::move(secret));
  }
}

std::optional<Header> read_header(const std::string& name, const json& text, const Report& report,
                                  const std::string& pointer) {
  if (!text.is_string()) {
    report.error(pointer_to(pointer, name), {show_value(text, name), "a string"});
    return std::nullopt;
  }
  if (const auto fault = header_fault(name, text.get_ref<const std::string&>())) {
    report.error(pointer_to(pointer, name), {fault->first, fault->second});
    return std::nullopt;
  }
  return Header{name, text.get<std::string>()};
}

// `read` gets each object of the list, or the one there is, with its pointer.
template <class Read>
void for_each_header_object(const json& value, const Report& report, Read read) {
  if (value.is_object()) return read(value, std::string());
  if (!value.is_array()) {
    return report.error("", {show_value(value), "an array such as [{\"X-Name\": \"value\"}]"});
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i].is_object()) {
      read(value[i], pointer_to("", i));
    } else {
      report.error(pointer_to("", i), {show_value(value[i]), "an object such as {\"X-Name\": \"value\"}"});
    }
  }
}

}  // namespace

std::optional<std::pair<std::string, std::string>> header_fault(std::string_view name, std::string_view value) {
  if (!is_token(name)) return std::pair(show(name), std::string("a header name (letters, digits, -)"));
  const std::string lower = base::to_lower(name);
  if (lower == "authorization" || lower == "cookie" || lower == "set-cookie") {
    return std::pair(show(name), std::string("another header: this one is the router's"));
  }
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
  if (control) return std::pair(show(value, name), std::string("a value without control characters"));
  return std::nullopt;
}

std::vector<Header> read_header_list(const json& value, const Report& report) {
  std::vector<Header> headers;
  for_each_header_object(value, report, [&](const json& object, const std::string& pointer) {
    for (const auto& [name, text] : object.items()) {
      if (auto header = read_header(name, text, report, pointer)) headers.push_back(*std::move(header));
    }
  });
  return headers;
}

std::vector<ResponseHeader> read_response_header_list(const json& value, const Report& report) {
  std::vector<ResponseHeader> headers;
  for_each_header_object(value, report, [&](const json& object, const std::string& pointer) {
    const bool overrides = flag_member(object, "override", false);
    for (const auto& [name, text] : object.items()) {
      // as a text it is a header of that name
      if (name == "override" && text.is_boolean()) continue;
      auto header = read_header(name, text, report, pointer);
      if (!header || is_left_out_of_answers(header->name, report, pointer_to(pointer, name))) continue;
      headers.push_back({std::move(header->name), std::move(header->value), overrides});
    }
  });
  return headers;
}

bool is_left_out_of_answers(std::string_view name, const Report& report, std::string_view pointer) {
  constexpr std::string_view kOurs[] = {"connection", "content-length",    "keep-alive", "te",
                                        "trailer",    "transfer-encoding", "upgrade",    "x-request-id"};
  if (!base::holds_ignoring_case(kOurs, name)) return false;
  report.warning(pointer,
                 {show(name), "another header", "it is the router's own on each answer: this one is left out"});
  return true;
}

void read_json_variables(const Variables& variables, Environment& environment) {
  if (const auto headers = variables.json_value("httpHeaders")) {
    environment.http_headers = read_response_header_list(*headers->value, headers->report);
  }
  read_cookies(variables, environment.cookies);
  read_signals_secrets(variables, environment.signals_secrets);
}

}  // namespace router::config

#include "config/variables.h"

#include "base/text.h"
#include "config/effective.h"
#include "config/json_access.h"

namespace router::config {
namespace {

using std::chrono::milliseconds;

std::uint64_t factor_of(Unit unit) {
  switch (unit) {
    case Unit::millisecond:
      return 1;
    case Unit::second:
      return 1000;
    case Unit::minute:
      return 60'000;
  }
  return 1;
}

std::string_view name_of(Unit unit) {
  switch (unit) {
    case Unit::millisecond:
      return "milliseconds";
    case Unit::second:
      return "seconds";
    case Unit::minute:
      return "minutes";
  }
  return "";
}

std::optional<std::uint64_t> parse_duration(std::string_view text, Unit unit) {
  for (auto [suffix, own] :
       {std::pair<std::string_view, Unit>{"ms", Unit::millisecond}, {"s", Unit::second}, {"m", Unit::minute}}) {
    if (text.ends_with(suffix)) {
      text.remove_suffix(suffix.size());
      unit = own;
      break;
    }
  }
  const auto number = base::parse_unsigned(text);
  if (!number || *number > UINT64_MAX / 60'000) return std::nullopt;
  return *number * factor_of(unit);
}

}  // namespace

std::string with_line_ends(std::string text) {
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) text.replace(at, 2, "\n");
  return text;
}

void check_sealing_secret(const base::Secret& secret, const Report& report) {
  constexpr std::size_t kShortest = 32;
  const auto text = secret.reveal();
  const bool is_repeated = text.find_first_not_of(text.substr(0, 1)) == std::string_view::npos;
  if (text.empty() || (text.size() >= kShortest && !is_repeated)) return;
  report.error("", {is_repeated ? "a secret of one character, repeated"
                                : "a secret of " + std::to_string(text.size()) + " characters",
                    "at least 32 random characters", "openssl rand -base64 32 makes one"});
}

Variables::Variables(std::map<std::string, std::string> process, std::shared_ptr<const Document> defaults,
                     Issues& issues)
    : process_(std::move(process)),
      defaults_(std::move(defaults)),
      issues_(issues),
      shown_(std::make_shared<std::map<std::string, Shown, std::less<>>>()) {}

const json* Variables::default_value(std::string_view name) const {
  if (!defaults_) return nullptr;
  const json* value = member(defaults_->root(), name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::optional<std::string> Variables::text(std::string_view name) const {
  auto value = said(name);
  // whoever makes more of it says so by note()
  if (!shown_->contains(name)) note(name, value && is_secret_name(name) ? "***" : value);
  return value;
}

std::optional<std::string> Variables::said(std::string_view name) const {
  const auto found = process_.find(std::string(name));
  if (found != process_.end()) {
    if (found->second.empty()) return std::nullopt;
    return found->second;
  }
  const json* value = default_value(name);
  if (value == nullptr) return std::nullopt;
  std::string text = value->is_string() ? value->get<std::string>() : value->dump();
  if (text.empty()) return std::nullopt;
  return text;
}

std::vector<std::string> Variables::names() const {
  std::vector<std::string> names;
  for (const auto& [name, value] : process_) names.push_back(name);
  if (defaults_ && defaults_->root().is_object()) {
    for (const auto& [name, value] : defaults_->root().items()) {
      if (!process_.contains(name)) names.push_back(name);
    }
  }
  return names;
}

void Variables::note(std::string_view name, std::optional<std::string> value) const {
  const bool is_said = has(name);
  const bool is_from_process = process_.contains(std::string(name));
  const std::string_view source = !is_said ? "default" : is_from_process ? "environment" : "default-env.json";
  if (value) value = without_secrets(*value, {});  // by its name it would have come as a Secret
  shown_->insert_or_assign(std::string(name), Shown{std::move(value), source});
}

Report Variables::report(std::string_view name) const {
  if (!process_.contains(std::string(name)) && default_value(name) != nullptr) {
    return Report(issues_, defaults_, pointer_to("", name));
  }
  return Report(issues_, "environment variable " + std::string(name));
}

std::optional<JsonVariable> Variables::json_value(std::string_view name) const {
  const auto value = said(name);
  if (!value) {
    note(name, std::nullopt);
    return std::nullopt;
  }
  const bool from_process = process_.contains(std::string(name));
  const json* given = from_process ? nullptr : default_value(name);
  if (given != nullptr && !given->is_string()) {
    note(name, json_without_secrets(*given).dump());
    return JsonVariable{defaults_, given, report(name)};
  }
  std::string file = from_process ? "environment variable " + std::string(name)
                                  : defaults_->file() + " (text of " + std::string(name) + ")";
  auto document = read_json(std::move(file), *value, issues_);
  note(name, document ? json_without_secrets(document->root()).dump() : "no JSON");
  if (!document) return std::nullopt;
  Report own(issues_, document);
  const json* root = &document->root();
  return JsonVariable{std::move(document), root, std::move(own)};
}

void Variables::read_text(std::string_view name, std::string& target) const {
  if (auto value = text(name)) target = std::move(*value);
  note(name, target);
}

void Variables::read_secret(std::string_view name, base::Secret& target) const {
  if (auto value = said(name)) target = base::Secret(std::move(*value));
  note(name, target.empty() ? std::nullopt : std::optional<std::string>("***"));
}

void Variables::read_sealing_secret(std::string_view name, base::Secret& target) const {
  read_secret(name, target);
  if (has(name)) check_sealing_secret(target, report(name));
}

void Variables::read_flag(std::string_view name, std::optional<bool>& target) const {
  const auto value = text(name);
  note(name, value ? std::optional(base::to_lower(*value)) : std::nullopt);
  if (!value) return;
  if (base::equals_ignoring_case(*value, "true")) {
    target = true;
  } else if (base::equals_ignoring_case(*value, "false")) {
    target = false;
  } else {
    error(name, show(std::string_view(*value)), "true or false");
  }
}

void Variables::read_lenient_flag(std::string_view name, bool& target) const {
  const std::string value = text(name).value_or("true");
  if (base::equals_ignoring_case(value, "true") || base::equals_ignoring_case(value, "false"))
    return read_flag(name, target);
  warning(name, show(std::string_view(value)), "true or false", "it is as if there was none");
  note(name, target ? "true" : "false");
}

void Variables::read_flag(std::string_view name, bool& target) const {
  std::optional<bool> value;
  read_flag(name, value);
  if (value) target = *value;
  note(name, target ? "true" : "false");
}

void Variables::read_list(std::string_view name, std::vector<std::string>& target) const {
  const auto value = text(name);
  note(name, value);
  if (!value) return;
  target.clear();
  for (std::string_view item : base::split(*value, ',')) {
    if (const auto trimmed = base::trim(item); !trimmed.empty()) target.emplace_back(trimmed);
  }
}

std::optional<std::uint64_t> Variables::number(std::string_view name, std::uint64_t low, std::uint64_t high) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto number = base::parse_unsigned(base::trim(*value));
  note(name, std::string(base::trim(*value)));
  if (number && *number >= low && *number <= high) return number;
  error(name, show(std::string_view(*value)),
        "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<milliseconds> Variables::duration(std::string_view name, Unit unit, milliseconds low,
                                                milliseconds high) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  const auto in_unit = [&](milliseconds time) {
    return std::to_string(static_cast<std::uint64_t>(time.count()) / factor_of(unit));
  };
  const auto number = parse_duration(base::trim(*value), unit);
  note(name, std::string(base::trim(*value)));
  if (number && *number >= static_cast<std::uint64_t>(low.count()) &&
      *number <= static_cast<std::uint64_t>(high.count())) {
    return milliseconds(static_cast<long long>(*number));
  }
  error(name, show(std::string_view(*value)),
        "a whole number of " + std::string(name_of(unit)) + " from " + in_unit(low) + " to " + in_unit(high));
  return std::nullopt;
}

}  // namespace router::config

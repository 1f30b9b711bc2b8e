#include "identity/subject.h"

#include <array>
#include <nlohmann/json.hpp>

#include "identity/claims.h"

namespace router::identity {

namespace {

using nlohmann::json;
using Format = Subject::Format;

constexpr std::string_view kAccountScheme = "acct:";

base::Error bad_subject(std::string detail) {
  return {base::ErrorCode::bad_request, base::Side::client, "sub_id: " + std::move(detail)};
}

struct SimpleFormat {
  std::string_view name;
  Format format;
  const char* member;  // that names it
};

// RFC 9493 sections 3.2.1 to 3.2.6.
constexpr std::array kSimpleFormats = {
    SimpleFormat{"account", Format::account, "uri"},
    SimpleFormat{"email", Format::email, "email"},
    SimpleFormat{"iss_sub", Format::iss_sub, "sub"},
    SimpleFormat{"opaque", Format::opaque, "id"},
    SimpleFormat{"phone_number", Format::phone_number, "phone_number"},
};

// Missing, empty, too long or no string: a fault.
base::Result<std::string> required_text(const json& object, const char* name) {
  const auto text = string_claim(object, name);
  if (!text) return bad_subject(text.error().detail);
  if (!*text) return bad_subject(std::string("no ") + name);
  return **text;
}

base::Result<Subject> read_simple(const json& object, const SimpleFormat& format) {
  Subject subject;
  subject.format = format.format;
  auto value = required_text(object, format.member);
  if (!value) return value.error();
  subject.value = *std::move(value);
  if (format.format == Format::iss_sub) {
    auto issuer = required_text(object, "iss");
    if (!issuer) return issuer.error();
    subject.issuer = *std::move(issuer);
  }
  if (format.format == Format::account) {
    if (!subject.value.starts_with(kAccountScheme) || subject.value.size() == kAccountScheme.size())
      return bad_subject("uri is no acct: URI");
    subject.value.erase(0, kAccountScheme.size());
  }
  return subject;
}

// What may stand where.
enum class Place { root, role, alias };

base::Result<Subject> read_at(const json& value, Place place);

base::Result<Subject> read_aliases(const json& object) {
  const auto list = object.find("identifiers");
  if (list == object.end() || !list->is_array() || list->empty()) return bad_subject("no identifiers");
  if (list->size() > Subject::kMostParts) return bad_subject("too many identifiers");
  Subject subject;
  subject.format = Format::aliases;
  for (const json& one : *list) {
    auto alias = read_at(one, Place::alias);
    if (!alias) return alias;
    subject.parts.push_back({"", *std::move(alias)});
  }
  return subject;
}

// Every member but the format is a subject in a role.
base::Result<Subject> read_complex(const json& object) {
  if (object.size() < 2) return bad_subject("complex, but nobody is named");
  if (object.size() > Subject::kMostParts) return bad_subject("too many members");
  Subject subject;
  subject.format = Format::complex;
  for (const auto& [role, value] : object.items()) {
    if (role == "format") continue;
    auto part = read_at(value, Place::role);
    if (!part) return part;
    subject.parts.push_back({role, *std::move(part)});
  }
  return subject;
}

base::Result<Subject> read_at(const json& value, Place place) {
  if (!value.is_object()) return bad_subject("not an object");
  auto format = required_text(value, "format");
  if (!format) return format.error();
  for (const auto& simple : kSimpleFormats) {
    if (*format == simple.name) return read_simple(value, simple);
  }
  if (*format == "aliases") return place == Place::alias ? bad_subject("aliases in aliases") : read_aliases(value);
  if (*format == "complex") return place == Place::root ? read_complex(value) : bad_subject("complex in another one");
  Subject unsupported;
  unsupported.value = *std::move(format);
  return unsupported;
}

}  // namespace

const Subject* Subject::part(std::string_view role) const {
  for (const auto& [name, subject] : parts) {
    if (name == role) return &subject;
  }
  return nullptr;
}

base::Result<Subject> read_subject(const json& value) { return read_at(value, Place::root); }

}  // namespace router::identity

// A subject identifier that is read is a tree of two levels at most, whose simple parts have a name.
#include <nlohmann/json.hpp>

#include "crypto/jose_json.h"
#include "fuzz/fuzz.h"
#include "identity/subject.h"

using namespace router;
using fuzz::require;
using identity::Subject;

namespace {

void check_subject(const Subject& subject, int level) {
  require(level <= 2, "complex ones hold aliases, and those hold simple ones");
  require(subject.parts.size() <= Subject::kMostParts, "a bounded number of parts");
  const bool holds_others = subject.format == Subject::Format::aliases || subject.format == Subject::Format::complex;
  require(holds_others != subject.parts.empty(), "it holds others, or has a name");
  require(holds_others == subject.value.empty(), "it has a name, or holds others");
  require(subject.value.size() <= 1024 && subject.issuer.size() <= 1024, "names have a bounded length");
  for (const auto& [role, part] : subject.parts) {
    require(role.empty() || subject.format == Subject::Format::complex, "only parts of complex ones have roles");
    require(part.format != Subject::Format::complex, "complex ones are not in others");
    check_subject(part, level + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = crypto::parse_json_object(fuzz::as_text(data, size));
  if (!value) return 0;
  const auto subject = identity::read_subject(*value);
  if (subject) check_subject(*subject, 0);
  require(subject.has_value() || !subject.error().detail.empty(), "a refusal says why");
  return 0;
}

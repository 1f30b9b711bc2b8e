#include "backend/representation.h"

#include <algorithm>
#include <charconv>

#include "backend/content_type.h"
#include "backend/made_body.h"
#include "http/accept_encoding.h"

namespace router::backend {

using base::Result;
using base::Task;

namespace {

void append_hex(std::string& out, std::uint64_t value) {
  char digits[16];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr);
}

// W/"size-time", and what else tells representations of one file apart.
std::string weak_tag(const OpenFile& file, std::string_view more) {
  std::string tag = "W/\"";
  append_hex(tag, file.size);
  tag.push_back('-');
  append_hex(tag, static_cast<std::uint64_t>(file.modified.time_since_epoch().count()));
  if (!more.empty()) tag.append("-").append(more);
  return tag.append("\"");
}

bool is_newer(const OpenFile& file, const OpenFile& than) {
  // archives keep whole seconds only
  return std::chrono::floor<std::chrono::seconds>(file.modified) >
         std::chrono::floor<std::chrono::seconds>(than.modified);
}

Result<std::optional<OpenFile>> open_sibling(const FileRoot& root, const Descriptor& folder, const std::string& name,
                                             const OpenFile& file) {
  auto sibling = root.open(folder, name);
  if (!sibling || !*sibling) return sibling;
  const bool usable =
      (*sibling)->kind == OpenFile::Kind::regular && (*sibling)->size != 0 && !is_newer(file, **sibling);
  if (!usable) return std::optional<OpenFile>();
  return sibling;
}

}  // namespace

Result<Representation> represent_stored(const FileRoot& root, const Descriptor& folder, const std::string& name,
                                        OpenFile file, const http::Headers& request) {
  const auto type = content_type_of(name);
  Representation sent;
  sent.content_type = type.value;
  sent.varies = type.compressible;
  if (type.compressible) {
    for (const auto coding : http::accepted_codings(request)) {
      auto sibling = open_sibling(root, folder, name + (coding == http::Coding::br ? ".br" : ".gz"), file);
      if (!sibling) return sibling.error();
      if (!*sibling) continue;
      file = **std::move(sibling);
      sent.content_coding = http::to_string(coding);
      break;
    }
  }
  sent.size = file.size;
  sent.validators = {weak_tag(file, sent.content_coding), file.modified};
  sent.file = std::move(file);
  return sent;
}

Task<Result<Representation>> represent_filled(std::string name, OpenFile file, Placeholders placeholders,
                                              KeptBodies& bodies, base::Loop& loop, base::WallTime now) {
  BodyKey key(file);
  key.values = placeholders.fingerprint;
  auto make = make_filled(file, placeholders.replacement, loop);
  auto getting = bodies.get(key, loop, now, std::move(make));
  auto filled = co_await getting;
  if (!filled) co_return filled.error();
  Representation sent;
  sent.text = *std::move(filled);
  std::string values;
  append_hex(values, placeholders.fingerprint);
  sent.size = sent.text->size();
  sent.content_type = content_type_of(name).value;
  sent.validators = {weak_tag(file, values), std::max(file.modified, placeholders.since)};
  sent.file = std::move(file);
  co_return sent;
}

}  // namespace router::backend

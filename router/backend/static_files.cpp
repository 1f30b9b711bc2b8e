#include "backend/static_files.h"

#include <algorithm>

#include "backend/lasting_answer.h"
#include "backend/made_body.h"
#include "backend/placeholders.h"
#include "backend/static_answer.h"
#include "backend/static_path.h"
#include "base/text.h"
#include "base/turn.h"
#include "http/compression_policy.h"
#include "net/file_copy.h"
#include "routing/rewrite.h"

namespace router::backend {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

// Up to here one read and one write with the head cost less than sendfile.
constexpr std::uint64_t kSmallFile = 16 * 1024;
constexpr std::size_t kTextPiece = 64 * 1024;
constexpr const char* kIndex = "index.html";

Error not_found(const char* why) { return {ErrorCode::not_found, Side::client, why}; }

using FoundFile = StaticFiles::FoundFile;

// A folder is found only where it is asked for without a slash at the end, and its index.html is not wanted.
Result<FoundFile> find_below(const FileRoot& root, const StaticPath& path, bool want_index) {
  auto folder = root.open_folder();
  if (!folder) return folder.error();
  if (!*folder) return not_found("localDir does not exist");
  std::string name = path.file;
  if (path.names_folder) name.append(name.empty() ? "" : "/").append(kIndex);
  auto file = root.open(**folder, name);
  if (!file) return file.error();
  if (!*file) return not_found("no such file in localDir");
  if ((*file)->kind == OpenFile::Kind::folder && !path.names_folder) {
    if (want_index) return find_below(root, {path.file, true}, true);
    return FoundFile{**std::move(folder), std::move(name), **std::move(file), true};
  } else if ((*file)->kind != OpenFile::Kind::regular) {
    return not_found("not a regular file");
  }
  return FoundFile{**std::move(folder), std::move(name), **std::move(file)};
}

Result<FoundFile> find(const Call& call, const FileRoot& root) {
  const auto rewritten = routing::rewrite(call.route(), call.match.match, call.facts.target());
  if (!rewritten) return rewritten.error();
  const auto path = static_path(std::string_view(*rewritten).substr(0, rewritten->find('?')));
  if (!path) return not_found("a name that is never served");
  // where the browser's address ends with a slash already, a redirect would lead nowhere
  const bool has_slash = call.facts.target().path.ends_with('/');
  auto found = find_below(root, *path, has_slash);
  if (!found || has_slash || !path->names_folder) return found;
  const auto redirects = routing::keeps_slash_behind(call.route(), call.match.match, call.facts.target());
  if (!redirects) return redirects.error();
  found->lacks_slash = *redirects;
  return found;
}

StaticAnswer redirect_to_slash(const http::Target& target) {
  std::string location = target.path + "/";
  if (target.has_query) location.append("?").append(target.query);
  StaticAnswer answer;
  answer.status = 301;
  answer.fields = http::redirect_response(location).headers;
  return answer;
}

Task<Result<void>> send_text(net::Exchange& exchange, std::string_view text) {
  while (!text.empty()) {
    const auto piece = text.substr(0, kTextPiece);
    text.remove_prefix(piece.size());
    auto sent = co_await exchange.write(piece);
    if (!sent) co_return sent;
    // a fast client takes it all at once
    if (!text.empty()) co_await base::take_turn(exchange.loop());
  }
  co_return Result<void>();
}

Task<Result<void>> send_range(Call& call, const Representation& representation, http::ByteRange bytes) {
  net::Exchange& exchange = call.exchange;
  Result<void> sent;
  if (representation.text) {
    const auto text = std::string_view(*representation.text).substr(bytes.first, bytes.length());
    sent = co_await send_text(exchange, text);
  } else if (bytes.length() <= kSmallFile) {
    sent = co_await net::copy_file(exchange, representation.file.descriptor.get(), bytes.first, bytes.length());
  } else {
    LastingAnswer lasting(call, [&exchange] { exchange.abort(); });
    sent = co_await exchange.send_file(representation.file.descriptor.get(), bytes.first, bytes.length());
  }
  co_return sent;
}

Task<Result<void>> send_made(Call& call, const std::string& body) {
  LastingAnswer lasting(call, [&call] { call.exchange.abort(); });
  auto sent = co_await send_text(call.exchange, body);
  if (sent) call.bytes_sent += body.size();
  co_return sent;
}

Task<Result<void>> send_body(Call& call, const Representation& representation, const StaticAnswer& answer) {
  for (const auto& part : answer.parts) {
    if (!part.head.empty()) {
      auto head = co_await call.exchange.write(part.head);
      if (!head) co_return head;
    }
    auto bytes = co_await send_range(call, representation, part.bytes);
    if (!bytes) co_return bytes;
    call.bytes_sent += part.head.size() + part.bytes.length();
    if (answer.parts.size() > 1) co_await base::take_turn(call.exchange.loop());
  }
  if (answer.tail.empty()) co_return Result<void>();
  auto tail = co_await call.exchange.write(answer.tail);
  call.bytes_sent += answer.tail.size();
  co_return tail;
}

http::CompressionDecision decide(const Call& call, const net::ResponseStart& head, const config::Compression& rules) {
  if (!rules.enabled) return {};
  const http::CompressionRules allowed{rules.enabled, rules.min_size, rules.mixed_type_content};
  const http::AnswerBody body{head.status, head.body, head.content_length};
  return decide_compression(allowed, call.facts.request, body, head.fields);
}

}  // namespace

StaticFiles::StaticFiles(const config::Route& route, const config::Configuration& configuration, KeptBodies& bodies,
                         base::WallTime loaded_at, const config::PrivateFiles& closed, FileRoot::Resolution resolution)
    : route_(route),
      config_(configuration),
      bodies_(bodies),
      folder_(*route.folder()),
      root_(folder_.path, resolution, closed),
      loaded_at_(loaded_at),
      placeholders_(folder_.replace ? fingerprint(*folder_.replace) : 0) {}

// Asked for each time, mostly answered by 304: after a logout nothing comes out of a browser's cache, after a release
// nothing old.
std::string_view StaticFiles::cache_control(const Call& call) const {
  if (!route_.cache_control.empty()) return route_.cache_control;
  return call.authenticated ? "private, no-cache" : "public, no-cache";
}

// The configured field wins over the file's, but not over the route's cacheControl. Vary is a list, to which both add.
net::ResponseStart StaticFiles::begin(Call& call, StaticAnswer& answer) const {
  for (const auto& header : config_.response_headers) {
    const bool is_route_s =
        !route_.cache_control.empty() && !header.overrides && base::equals_ignoring_case(header.name, "Cache-Control");
    if (base::equals_ignoring_case(header.name, "Vary")) {
      answer.fields.add("Vary", header.value);
    } else if (!is_route_s) {
      answer.fields.remove(header.name);
    }
  }
  net::ResponseStart head;
  head.status = answer.status;
  head.fields = std::move(answer.fields);
  if (answer.has_length() && call.facts.request.is("HEAD")) {
    head.fields.add("Content-Length", std::to_string(answer.content_length));
  } else if (answer.has_length()) {
    head.body = http::BodyKind::length;
    head.content_length = answer.content_length;
  }
  call.reply.complete(head.fields, call.upstream_time);
  return head;
}

Task<Result<Representation>> StaticFiles::represent(Call& call, FoundFile found) const {
  if (folder_.replace && has_placeholders(*folder_.replace, found.name)) {
    auto filling =
        represent_filled(std::move(found.name), std::move(found.file), {*folder_.replace, placeholders_, loaded_at_},
                         bodies_, call.exchange.loop(), call.clock.wall());
    auto filled = co_await filling;
    co_return filled;
  }
  co_return represent_stored(root_, found.folder, found.name, std::move(found.file), call.facts.request.headers);
}

// Null: it goes out as it is. Errors: unauthenticated (the session ended meanwhile).
Task<KeptBodies::Made> StaticFiles::compressed(Call& call, const Representation& of, http::Coding coding) const {
  if (of.size > kLargestCompressed) co_return KeptBodies::Body();
  BodyKey key(of.file);
  key.values = of.text ? placeholders_ : 0;
  key.coding = coding;
  if (auto kept = bodies_.find(key)) co_return kept;
  bool session_over = false;
  const LastingAnswer lasting(call, [&session_over] { session_over = true; });
  auto make = make_compressed(of, coding, bodies_.makers(of.size), call.exchange.loop());
  auto getting = bodies_.get(key, call.exchange.loop(), call.clock.wall(), std::move(make));
  auto made = co_await getting;
  if (session_over) co_return Error{ErrorCode::unauthenticated, Side::client, "the session has ended meanwhile"};
  co_return made.value_or(nullptr);
}

Task<Result<void>> StaticFiles::serve(Call& call) {
  auto found = find(call, root_);
  if (!found) co_return found.error();
  StaticAnswer answer;
  Representation representation;
  if (found->lacks_slash) {
    answer = redirect_to_slash(call.facts.target());
  } else {
    auto representing = represent(call, *std::move(found));
    auto represented = co_await representing;
    if (!represented) co_return represented.error();
    representation = *std::move(represented);
    answer = answer_with(representation, call.facts.request);
  }
  answer.fields.set("Cache-Control", cache_control(call));
  auto head = begin(call, answer);
  auto decision = decide(call, head, config_.compression);
  KeptBodies::Body coded;
  if (decision.coding) {
    auto compressing = compressed(call, representation, *decision.coding);
    auto made = co_await compressing;
    if (!made) co_return made.error();
    coded = *std::move(made);
    if (!coded) decision.coding.reset();
  }
  http::write_compression_fields(decision, head.fields);
  if (coded) head.content_length = coded->size();
  call.status = answer.status;
  call.exchange.start_response(std::move(head));
  if (!call.facts.request.is("HEAD")) {
    Result<void> sent;
    if (coded) {
      sent = co_await send_made(call, *coded);
    } else {
      sent = co_await send_body(call, representation, answer);
    }
    if (!sent) co_return sent;
  }
  auto finished = co_await call.exchange.finish(http::kNoFields);
  co_return finished;
}

}  // namespace router::backend

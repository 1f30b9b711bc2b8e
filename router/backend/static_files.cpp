#include "backend/static_files.h"

#include <unistd.h>

#include <algorithm>

#include "backend/lasting_answer.h"
#include "backend/placeholders.h"
#include "backend/static_answer.h"
#include "backend/static_path.h"
#include "base/text.h"
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

Error not_found(const char* why) {
  return {ErrorCode::not_found, Side::client, why};
}

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
  } else if ((*file)->kind != OpenFile::Kind::regular) {
    return not_found("not a regular file");
  }
  return FoundFile{**std::move(folder), std::move(name), **std::move(file)};
}

Result<FoundFile> find(const Call& call, const FileRoot& root) {
  // To the file system, empty segments are nothing, to the sources of routes they are not: such a path could
  // get round a route that protects a part of the folder.
  if (call.target.path.find("//") != std::string::npos)
    return not_found("empty segments in the path of a file");
  const auto rewritten = routing::rewrite(call.route(), call.match.match, call.target);
  if (!rewritten) return rewritten.error();
  const auto path = static_path(std::string_view(*rewritten).substr(0, rewritten->find('?')));
  if (!path) return not_found("a name that is never served");
  // where the browser's address ends with a slash already, a redirect would lead nowhere
  return find_below(root, *path, call.target.path.ends_with('/'));
}

StaticAnswer redirect_to_slash(const http::Target& target, std::string_view cache_control) {
  std::string location = target.path + "/";
  if (target.has_query) location.append("?").append(target.query);
  StaticAnswer answer;
  answer.status = 301;
  answer.fields = http::redirect_response(location).headers;
  answer.fields.remove("Cache-Control");
  if (!cache_control.empty()) answer.fields.add("Cache-Control", cache_control);
  return answer;
}

Task<Result<void>> send_text(net::Exchange& exchange, std::string_view text) {
  while (!text.empty()) {
    const auto piece = text.substr(0, kTextPiece);
    text.remove_prefix(piece.size());
    auto sent = co_await exchange.write(piece);
    if (!sent) co_return sent;
  }
  co_return Result<void>();
}

Task<Result<void>> send_range(Call& call, const Representation& representation, http::ByteRange bytes) {
  net::Exchange& exchange = call.exchange;
  Result<void> sent;
  if (representation.text) {
    const std::string_view text = *representation.text;
    sent = co_await send_text(exchange, text.substr(bytes.first, bytes.length()));
  } else if (bytes.length() <= kSmallFile) {
    sent =
        co_await net::copy_file(exchange, representation.file.descriptor.get(), bytes.first, bytes.length());
  } else {
    LastingAnswer lasting(call, [&exchange] { exchange.abort(); });
    sent = co_await exchange.send_file(representation.file.descriptor.get(), bytes.first, bytes.length());
  }
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
  }
  if (answer.tail.empty()) co_return Result<void>();
  auto tail = co_await call.exchange.write(answer.tail);
  call.bytes_sent += answer.tail.size();
  co_return tail;
}

// Up to `most` bytes of what is sent, from `offset` on; empty at the end, or where the file has been cut short.
std::string read_piece(const Representation& representation, std::uint64_t offset, std::size_t most) {
  if (representation.text) return representation.text->substr(std::min<std::size_t>(offset, representation.text->size()), most);
  std::string piece(most, '\0');
  const auto got = ::pread(representation.file.descriptor.get(), piece.data(), most, static_cast<off_t>(offset));
  piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return piece;
}

// The length was not announced: it is what the encoder makes of it.
Task<Result<void>> send_compressed(Call& call, const Representation& representation, CompressedBody& body) {
  LastingAnswer lasting(call, [&call] { call.exchange.abort(); });
  for (std::uint64_t offset = 0;;) {
    const std::string piece = read_piece(representation, offset, kTextPiece);
    offset += piece.size();
    const auto bytes = body.put(piece, piece.empty() ? http::Flush::finish : http::Flush::none);
    if (!bytes) co_return bytes.error();
    call.bytes_sent += bytes->size();
    auto written = co_await call.exchange.write(*bytes);
    if (!written || piece.empty()) co_return written;
  }
}

void start(Call& call, StaticAnswer& answer, const config::Configuration& configuration, CompressedBody& body) {
  // the configured value wins; Vary is a list, to which both add
  for (const auto& header : configuration.response_headers) {
    if (!base::equals_ignoring_case(header.name, "Vary")) answer.fields.remove(header.name);
  }
  net::ResponseStart head;
  head.status = answer.status;
  answer.fields.write_to(head.fields);
  if (answer.has_length() && call.request.is("HEAD")) {
    head.fields.append("Content-Length: ").append(std::to_string(answer.content_length)).append("\r\n");
  } else if (answer.has_length()) {
    head.body = http::BodyKind::length;
    head.content_length = answer.content_length;
  }
  call.reply.complete(head.fields, call.upstream_time);
  body.begin(configuration.compression, call.request, head);
  call.status = answer.status;
  call.exchange.start_response(std::move(head));
}

}  // namespace

StaticFiles::StaticFiles(const config::Route& route, const config::Configuration& configuration,
                         CompressionSlots& slots, base::WallTime loaded_at, FileRoot::Resolution resolution)
    : route_(route),
      config_(configuration),
      slots_(slots),
      root_(*route.local_dir, resolution),
      loaded_at_(loaded_at),
      placeholders_(route.replace ? fingerprint(*route.replace) : 0) {}

Result<Representation> StaticFiles::represent(FoundFile found, const http::Headers& request) const {
  if (route_.replace && has_placeholders(*route_.replace, found.name)) {
    return represent_filled(found.name, std::move(found.file), {*route_.replace, placeholders_, loaded_at_});
  }
  return represent_stored(root_, found.folder, found.name, std::move(found.file), request);
}

Task<Result<void>> StaticFiles::serve(Call& call) {
  auto found = find(call, root_);
  if (!found) co_return found.error();
  StaticAnswer answer;
  Representation representation;
  if (found->file.kind == OpenFile::Kind::folder) {
    answer = redirect_to_slash(call.target, route_.cache_control);
  } else {
    auto made = represent(*std::move(found), call.request.headers);
    if (!made) co_return made.error();
    representation = *std::move(made);
    answer = answer_with(representation, call.request, route_.cache_control);
  }
  CompressedBody body(slots_);
  start(call, answer, config_, body);
  if (!call.request.is("HEAD")) {
    Result<void> sent;
    if (body.is_coded()) {
      sent = co_await send_compressed(call, representation, body);
    } else {
      sent = co_await send_body(call, representation, answer);
    }
    if (!sent) co_return sent;
  }
  auto finished = co_await call.exchange.finish({});
  co_return finished;
}

}  // namespace router::backend

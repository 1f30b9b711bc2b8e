#include "backend/content_type.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace router::backend {
namespace {

struct Row {
  std::string_view ending;
  std::string_view type;
  bool compressible;
};

// Sorted by ending.
constexpr Row kTypes[] = {
    {"7z", "application/x-7z-compressed", false},
    {"aac", "audio/aac", false},
    {"apng", "image/apng", false},
    {"atom", "application/atom+xml", true},
    {"avif", "image/avif", false},
    {"bmp", "image/bmp", true},
    {"br", "application/octet-stream", false},
    {"cjs", "text/javascript; charset=utf-8", true},
    {"css", "text/css; charset=utf-8", true},
    {"csv", "text/csv; charset=utf-8", true},
    {"doc", "application/msword", false},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
    {"eot", "application/vnd.ms-fontobject", true},
    {"flac", "audio/flac", false},
    {"geojson", "application/geo+json", true},
    {"gif", "image/gif", false},
    {"gz", "application/gzip", false},
    {"htm", "text/html; charset=utf-8", true},
    {"html", "text/html; charset=utf-8", true},
    {"ico", "image/x-icon", true},
    {"ics", "text/calendar; charset=utf-8", true},
    {"jpeg", "image/jpeg", false},
    {"jpg", "image/jpeg", false},
    {"js", "text/javascript; charset=utf-8", true},
    {"json", "application/json", true},
    {"jsonld", "application/ld+json", true},
    {"log", "text/plain; charset=utf-8", true},
    {"m4a", "audio/mp4", false},
    {"m4v", "video/mp4", false},
    {"map", "application/json", true},
    {"md", "text/markdown; charset=utf-8", true},
    {"mjs", "text/javascript; charset=utf-8", true},
    {"mov", "video/quicktime", false},
    {"mp3", "audio/mpeg", false},
    {"mp4", "video/mp4", false},
    {"mpeg", "video/mpeg", false},
    {"odp", "application/vnd.oasis.opendocument.presentation", false},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet", false},
    {"odt", "application/vnd.oasis.opendocument.text", false},
    {"oga", "audio/ogg", false},
    {"ogg", "audio/ogg", false},
    {"ogv", "video/ogg", false},
    {"opus", "audio/ogg", false},
    {"otf", "font/otf", true},
    {"pdf", "application/pdf", false},
    {"png", "image/png", false},
    {"ppt", "application/vnd.ms-powerpoint", false},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", false},
    {"properties", "text/plain; charset=utf-8", true},
    {"rss", "application/rss+xml", true},
    {"rtf", "application/rtf", true},
    {"svg", "image/svg+xml", true},
    {"svgz", "image/svg+xml", false},
    {"tar", "application/x-tar", false},
    {"tif", "image/tiff", false},
    {"tiff", "image/tiff", false},
    {"ts", "video/mp2t", false},
    {"tsv", "text/tab-separated-values; charset=utf-8", true},
    {"ttf", "font/ttf", true},
    {"txt", "text/plain; charset=utf-8", true},
    {"vtt", "text/vtt; charset=utf-8", true},
    {"wasm", "application/wasm", true},
    {"wav", "audio/wav", false},
    {"weba", "audio/webm", false},
    {"webm", "video/webm", false},
    {"webmanifest", "application/manifest+json", true},
    {"webp", "image/webp", false},
    {"woff", "font/woff", false},
    {"woff2", "font/woff2", false},
    {"xhtml", "application/xhtml+xml", true},
    {"xls", "application/vnd.ms-excel", false},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
    {"xml", "application/xml", true},
    {"xsl", "application/xml", true},
    {"yaml", "text/yaml; charset=utf-8", true},
    {"yml", "text/yaml; charset=utf-8", true},
    {"zip", "application/zip", false},
};
static_assert(std::is_sorted(std::begin(kTypes), std::end(kTypes),
                             [](const Row& a, const Row& b) { return a.ending < b.ending; }));

constexpr std::size_t kLongestEnding = 11;

}  // namespace

ContentType content_type_of(std::string_view file) {
  const auto name = file.substr(file.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  const auto written = name.substr(dot + 1);
  if (written.empty() || written.size() > kLongestEnding) return {};
  std::array<char, kLongestEnding> lower{};
  std::transform(written.begin(), written.end(), lower.begin(), [](char c) { return base::to_lower(c); });
  const std::string_view ending(lower.data(), written.size());
  const auto* const row = std::lower_bound(std::begin(kTypes), std::end(kTypes), ending,
                                           [](const Row& a, std::string_view b) { return a.ending < b; });
  if (row == std::end(kTypes) || row->ending != ending) return {};
  return {row->type, row->compressible};
}

}  // namespace router::backend

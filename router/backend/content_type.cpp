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
    {"3gp", "video/3gpp", false},
    {"7z", "application/x-7z-compressed", false},
    {"aac", "audio/x-aac", false},
    {"ai", "application/postscript", false},
    {"apng", "image/apng", false},
    {"appcache", "text/cache-manifest; charset=utf-8", true},
    {"atom", "application/atom+xml", true},
    {"avi", "video/x-msvideo", false},
    {"avif", "image/avif", false},
    {"bmp", "image/bmp", true},
    {"br", "application/octet-stream", false},
    {"cer", "application/pkix-cert", false},
    {"cjs", "application/javascript; charset=utf-8", true},
    {"conf", "text/plain; charset=utf-8", true},
    {"crt", "application/x-x509-ca-cert", false},
    {"css", "text/css; charset=utf-8", true},
    {"csv", "text/csv; charset=utf-8", true},
    {"der", "application/x-x509-ca-cert", false},
    {"doc", "application/msword", false},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false},
    {"dtd", "application/xml-dtd", true},
    {"eml", "message/rfc822", false},
    {"eot", "application/vnd.ms-fontobject", true},
    {"eps", "application/postscript", false},
    {"flac", "audio/x-flac", false},
    {"flv", "video/x-flv", false},
    {"geojson", "application/geo+json", true},
    {"gif", "image/gif", false},
    {"gz", "application/gzip", false},
    {"hbs", "text/x-handlebars-template; charset=utf-8", true},
    {"htm", "text/html; charset=utf-8", true},
    {"html", "text/html; charset=utf-8", true},
    {"ico", "image/x-icon", true},
    {"ics", "text/calendar; charset=utf-8", true},
    {"ini", "text/plain; charset=utf-8", true},
    {"jar", "application/java-archive", false},
    {"jpeg", "image/jpeg", false},
    {"jpg", "image/jpeg", false},
    {"js", "application/javascript; charset=utf-8", true},
    {"json", "application/json; charset=utf-8", true},
    {"json5", "application/json5; charset=utf-8", true},
    {"jsonld", "application/ld+json", true},
    {"jsx", "text/jsx; charset=utf-8", true},
    {"less", "text/less; charset=utf-8", true},
    {"log", "text/plain; charset=utf-8", true},
    {"m4a", "audio/mp4", false},
    {"m4v", "video/x-m4v", false},
    {"manifest", "text/cache-manifest; charset=utf-8", true},
    {"map", "application/json; charset=utf-8", true},
    {"markdown", "text/markdown; charset=utf-8", true},
    {"md", "text/markdown; charset=utf-8", true},
    {"mjs", "application/javascript; charset=utf-8", true},
    {"mkv", "video/x-matroska", false},
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
    {"p12", "application/x-pkcs12", false},
    {"pdf", "application/pdf", false},
    {"pem", "application/x-x509-ca-cert", false},
    {"pfx", "application/x-pkcs12", false},
    {"png", "image/png", false},
    {"ppt", "application/vnd.ms-powerpoint", false},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", false},
    {"properties", "application/octet-stream", true},
    {"ps", "application/postscript", false},
    {"psd", "image/vnd.adobe.photoshop", false},
    {"rss", "application/rss+xml", true},
    {"rtf", "application/rtf", true},
    {"sass", "text/x-sass; charset=utf-8", true},
    {"scss", "text/x-scss; charset=utf-8", true},
    {"sh", "application/x-sh", false},
    {"sql", "application/x-sql", false},
    {"svg", "image/svg+xml", true},
    {"svgz", "image/svg+xml", false},
    {"swf", "application/x-shockwave-flash", false},
    {"tar", "application/x-tar", false},
    {"text", "text/plain; charset=utf-8", true},
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
    {"wmv", "video/x-ms-wmv", false},
    {"woff", "font/woff", false},
    {"woff2", "font/woff2", false},
    {"wsdl", "application/wsdl+xml", true},
    {"xhtml", "application/xhtml+xml", true},
    {"xls", "application/vnd.ms-excel", false},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
    {"xml", "application/xml", true},
    {"xsd", "application/xml", true},
    {"xsl", "application/xml", true},
    {"xslt", "application/xslt+xml", true},
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

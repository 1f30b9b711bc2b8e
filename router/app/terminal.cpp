#include "app/terminal.h"

#include <algorithm>
#include <ctime>

#include "base/text.h"

namespace router::app {
namespace {

constexpr std::size_t kLongestShown = 200;

// Of UTF-8: bytes that go on with a character take no place.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// C0, DEL and C1, which UTF-8 writes as C2 80 to C2 9F.
bool is_control(std::string_view character) {
  const auto last = static_cast<unsigned char>(character.back());
  if (character.size() == 1) return last < 0x20 || last == 0x7F;
  return character.size() == 2 && character.front() == '\xC2' && last < 0xA0;
}

}  // namespace

std::string shown_text(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto length = base::utf8_sequence(text, 0);
    const auto character = text.substr(0, std::max<std::size_t>(length, 1));
    const std::string_view written = length == 0 || is_control(character) ? "?" : character;
    if (shown.size() + written.size() > kLongestShown) break;
    shown.append(written);
    text.remove_prefix(character.size());
  }
  return shown;
}

std::string shown_time(std::int64_t unix_seconds) {
  const auto at = static_cast<std::time_t>(unix_seconds);
  std::tm parts{};
  gmtime_r(&at, &parts);
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string shown_span(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const auto two = [](std::int64_t first, const char* of, std::int64_t second, const char* and_of) {
    return std::to_string(first) + of + (second == 0 ? "" : " " + std::to_string(second) + and_of);
  };
  if (seconds >= kDay) return two(seconds / kDay, " d", seconds % kDay / kHour, " h");
  if (seconds >= kHour) return two(seconds / kHour, " h", seconds % kHour / kMinute, " min");
  if (seconds >= kMinute) return two(seconds / kMinute, " min", seconds % kMinute, " s");
  return std::to_string(seconds) + " s";
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out << row[i];
      if (i + 1 < row.size()) out << std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    out << "\n";
  }
}

}  // namespace router::app

#include "http/http_date.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace router::http {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct DateParts {
  std::optional<seconds> time_of_day;
  std::optional<unsigned> day;
  std::optional<unsigned> month;
  std::optional<int> year;
};

bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
         (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

// The number at the front of `token`, if it has between `fewest` and `most` digits; what follows must be no
// digit.
std::optional<unsigned> leading_number(std::string_view token, std::size_t fewest, std::size_t most) {
  std::size_t length = 0;
  while (length < token.size() && token[length] >= '0' && token[length] <= '9') ++length;
  if (length < fewest || length > most) return std::nullopt;
  return static_cast<unsigned>(*base::parse_unsigned(token.substr(0, length)));
}

std::optional<seconds> read_time(std::string_view token) {
  const auto [hour_text, minutes_on] = base::cut(token, ':');
  if (!minutes_on) return std::nullopt;
  const auto [minute_text, second_text] = base::cut(*minutes_on, ':');
  if (!second_text || hour_text.size() > 2 || minute_text.size() > 2) return std::nullopt;
  const auto hour = leading_number(hour_text, 1, 2);
  const auto minute = leading_number(minute_text, 1, 2);
  const auto second = leading_number(*second_text, 1, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return hours(*hour) + minutes(*minute) + seconds(*second);
}

std::optional<unsigned> read_month(std::string_view token) {
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (base::equals_ignoring_case(token.substr(0, 3), kMonths[month])) return static_cast<unsigned>(month + 1);
  }
  return std::nullopt;
}

std::optional<int> read_year(std::string_view token) {
  const auto number = leading_number(token, 2, 4);
  if (!number) return std::nullopt;
  const int value = static_cast<int>(*number);
  if (value <= 69) return value + 2000;
  return value <= 99 ? value + 1900 : value;
}

// Each token is the first of time, day, month, year that is still missing and that it can be.
void read_token(DateParts& parts, std::string_view token) {
  if (!parts.time_of_day && (parts.time_of_day = read_time(token))) return;
  if (!parts.day && (parts.day = leading_number(token, 1, 2))) return;
  if (!parts.month && (parts.month = read_month(token))) return;
  if (!parts.year) parts.year = read_year(token);
}

}  // namespace

std::optional<system_clock::time_point> parse_http_date(std::string_view text) {
  DateParts parts;
  while (!text.empty()) {
    std::size_t length = 0;
    while (length < text.size() && !is_delimiter(text[length])) ++length;
    if (length > 0) read_token(parts, text.substr(0, length));
    text.remove_prefix(length < text.size() ? length + 1 : length);
  }
  if (!parts.time_of_day || !parts.day || !parts.month || !parts.year) return std::nullopt;
  const year_month_day date{year(*parts.year), month(*parts.month), day(*parts.day)};
  if (!date.ok() || *parts.year < 1601) return std::nullopt;
  // The clock counts nanoseconds in 64 bits: what lies beyond 2262 or before 1678 is cut there.
  const auto at = sys_seconds(sys_days(date)) + *parts.time_of_day;
  constexpr auto earliest = ceil<seconds>(system_clock::time_point::min());
  constexpr auto latest = floor<seconds>(system_clock::time_point::max());
  if (at < earliest) return system_clock::time_point(earliest);
  return system_clock::time_point(at > latest ? latest : at);
}

std::string format_http_date(system_clock::time_point time) {
  const auto at = floor<seconds>(time);
  const auto midnight = floor<days>(at);
  const year_month_day date(midnight);
  const hh_mm_ss clock(at - midnight);
  std::array<char, 64> line{};
  std::snprintf(line.data(), line.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[weekday(midnight).c_encoding()].data(), static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return line.data();
}

}  // namespace router::http

// Text for people at a terminal. Pure.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace router::app {

// What comes from strangers drives no terminal, and is no longer than a line.
std::string shown_text(std::string_view text);
// "2026-11-28T07:00:00Z"
std::string shown_time(std::int64_t unix_seconds);
// "3 d 4 h", "5 min 2 s", "17 s"
std::string shown_span(std::int64_t seconds);

// Columns as wide as what is in them, two spaces apart; the last one is not filled up.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) { rows_.push_back(std::move(heads)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace router::app

// Reads the rows of a SQLite file that SQLite itself refuses: page by page, whatever the pages before say.
//
// Only what a leaf of a table holds is read, of rows that look like the ones asked for; what is torn or
// flipped costs the rows on its own page. The journal beside the file (NAME-wal) counts as far as its
// checksums hold, so that no older state of a row comes back. The caller checks each row: what it holds is
// sealed. The file is closed for everybody else. Source: sqlite.org/fileformat2.html, sections 1.6, 2 and 4.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace router::storage {

// NULL is the number 0.
using Column = std::variant<std::int64_t, std::string_view>;

struct FoundRow {
  std::uint32_t page = 0;
  std::int64_t number = 0;      // its rowid
  std::vector<Column> columns;  // views into memory that lasts as long as the call
};

// `found` is called for each row of `columns` columns, in the order of the pages. How many pages could not be
// read as what they say they are.
std::size_t read_rows(const std::string& path, std::size_t columns, const std::function<void(const FoundRow&)>& found);

}  // namespace router::storage

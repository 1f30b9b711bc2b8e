#include "storage/page_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace router::storage {
namespace {

constexpr std::size_t kUsualPage = 4096;
constexpr std::size_t kFileHeader = 100;
constexpr std::size_t kWalHeader = 32;
constexpr std::size_t kFrameHeader = 24;
constexpr unsigned char kTableLeaf = 0x0D;
constexpr std::size_t kLargestRow = 64 << 20;

class File {
 public:
  explicit File(const std::string& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat state {};
    if (file_ >= 0 && ::fstat(file_, &state) == 0) size_ = static_cast<std::uint64_t>(state.st_size);
  }
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t size() const { return size_; }
  // What lies behind the end, or cannot be read, is zeros.
  std::string read(std::uint64_t at, std::size_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t done = 0; done < size;) {
      const auto got = ::pread(file_, bytes.data() + done, size - done, static_cast<off_t>(at + done));
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  int file_;
  std::uint64_t size_ = 0;
};

std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    number = number << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
  }
  return number;
}

// A number of one to nine bytes; moves `at` behind it. Absent: it ends beyond the bytes.
std::optional<std::uint64_t> varint(std::string_view bytes, std::size_t& at) {
  std::uint64_t number = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    if (i == 8) return number << 8 | byte;
    number = number << 7 | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) return number;
  }
  return number;
}

bool is_page_size(std::uint64_t size) { return size >= 512 && size <= 65536 && (size & (size - 1)) == 0; }

// The pages as they were after the last transaction that the journal holds whole.
class Pages {
 public:
  explicit Pages(const std::string& path) : file_(path), wal_(path + "-wal") {
    const auto header = file_.read(0, kFileHeader);
    const auto written = big_endian(header, 16, 2);
    const auto claimed = written == 1 ? 65536 : written;
    if (header.starts_with("SQLite format 3") && is_page_size(claimed)) size_ = static_cast<std::size_t>(claimed);
    read_journal();
    const auto in_file = (file_.size() + size_ - 1) / size_;
    count_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(in_file, 0xFFFF'FFFE));
    if (!in_journal_.empty()) count_ = std::max(count_, in_journal_.rbegin()->first);
  }

  std::size_t page_size() const { return size_; }
  std::uint32_t count() const { return count_; }
  // From 1.
  std::string read(std::uint32_t page) const {
    const auto newer = in_journal_.find(page);
    if (newer != in_journal_.end()) return wal_.read(newer->second, size_);
    return file_.read((page - std::uint64_t{1}) * size_, size_);
  }

 private:
  void read_journal() {
    const auto header = wal_.read(0, kWalHeader);
    const auto magic = big_endian(header, 0, 4);
    if (wal_.size() < kWalHeader || (magic & ~std::uint64_t{1}) != 0x377F0682) return;
    const bool big = (magic & 1U) != 0;
    const auto claimed = big_endian(header, 8, 4);
    if (!is_page_size(claimed)) return;
    size_ = static_cast<std::size_t>(claimed);
    Sum sum{};
    sum = checksum(std::string_view(header).substr(0, 24), sum, big);
    if (!holds(header, 24, sum)) return;
    std::map<std::uint32_t, std::uint64_t> uncommitted;
    const std::size_t frame = kFrameHeader + size_;
    for (std::uint64_t at = kWalHeader; at + frame <= wal_.size(); at += frame) {
      const auto bytes = wal_.read(at, frame);
      const std::string_view all = bytes;
      if (all.substr(8, 8) != std::string_view(header).substr(16, 8)) return;
      sum = checksum(all.substr(0, 8), sum, big);
      sum = checksum(all.substr(kFrameHeader), sum, big);
      if (!holds(all, 16, sum)) return;
      uncommitted[static_cast<std::uint32_t>(big_endian(all, 0, 4))] = at + kFrameHeader;
      if (big_endian(all, 4, 4) == 0) continue;
      for (const auto& [page, place] : uncommitted) in_journal_[page] = place;
      uncommitted.clear();
    }
  }

  using Sum = std::array<std::uint32_t, 2>;
  static Sum checksum(std::string_view bytes, Sum sum, bool big) {
    const auto word = [&](std::size_t at) {
      const auto number = static_cast<std::uint32_t>(big_endian(bytes, at, 4));
      return big ? number : __builtin_bswap32(number);
    };
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      sum[0] += word(at) + sum[1];
      sum[1] += word(at + 4) + sum[0];
    }
    return sum;
  }
  static bool holds(std::string_view bytes, std::size_t at, const Sum& sum) {
    return big_endian(bytes, at, 4) == sum[0] && big_endian(bytes, at + 4, 4) == sum[1];
  }

  File file_;
  File wal_;
  std::size_t size_ = kUsualPage;
  std::uint32_t count_ = 0;
  std::map<std::uint32_t, std::uint64_t> in_journal_;  // page -> where its newest state begins
};

std::optional<Column> column(std::string_view payload, std::uint64_t type, std::size_t& at) {
  constexpr std::array<std::size_t, 7> kBytes = {0, 1, 2, 3, 4, 6, 8};
  if (type >= 12) {
    const auto size = (type - 12) / 2;
    if (size > payload.size() - at) return std::nullopt;
    const auto bytes = payload.substr(at, static_cast<std::size_t>(size));
    at += bytes.size();
    return bytes;
  }
  if (type == 8 || type == 9) return static_cast<std::int64_t>(type - 8);
  if (type >= kBytes.size()) return std::nullopt;
  const auto size = kBytes[static_cast<std::size_t>(type)];
  if (size > payload.size() - at) return std::nullopt;
  auto number = big_endian(payload, at, size);
  if (size > 0 && size < 8 && (number >> (size * 8 - 1) & 1U) != 0) number |= ~std::uint64_t{0} << (size * 8);
  at += size;
  return static_cast<std::int64_t>(number);
}

class RowReader {
 public:
  RowReader(const Pages& pages, std::size_t columns, const std::function<void(const FoundRow&)>& found)
      : pages_(pages), columns_(columns), found_(found) {}

  // false: it says that it is a leaf of a table and is none.
  bool read_page(std::uint32_t page) {
    const auto bytes = pages_.read(page);
    const std::size_t header = page == 1 ? kFileHeader : 0;
    if (static_cast<unsigned char>(bytes[header]) != kTableLeaf) return true;
    const auto cells = static_cast<std::size_t>(big_endian(bytes, header + 3, 2));
    if (header + 8 + cells * 2 > bytes.size()) return false;
    bool is_whole = true;
    for (std::size_t i = 0; i < cells; ++i) {
      const auto at = static_cast<std::size_t>(big_endian(bytes, header + 8 + i * 2, 2));
      if (!read_cell(page, bytes, at)) is_whole = false;
    }
    return is_whole;
  }

 private:
  bool read_cell(std::uint32_t page, const std::string& bytes, std::size_t at) {
    const auto size = varint(bytes, at);
    const auto number = size ? varint(bytes, at) : std::nullopt;
    if (!number || *size > kLargestRow || *size > std::uint64_t{pages_.count()} * pages_.page_size()) return false;
    const auto payload = read_payload(bytes, at, static_cast<std::size_t>(*size));
    if (!payload) return false;
    FoundRow row{page, static_cast<std::int64_t>(*number), {}};
    if (!read_columns(*payload, row)) return false;
    if (row.columns.size() == columns_) found_(row);
    return true;
  }

  // What does not fit into the page goes on in others, each with the number of the next in front.
  std::optional<std::string> read_payload(const std::string& bytes, std::size_t at, std::size_t size) const {
    const auto usable = pages_.page_size();
    std::size_t local = size;
    if (size > usable - 35) {
      const auto least = (usable - 12) * 32 / 255 - 23;
      local = least + (size - least) % (usable - 4);
      if (local > usable - 35) local = least;
    }
    if (local > bytes.size() - at) return std::nullopt;
    std::string payload = bytes.substr(at, local);
    auto next = size > local ? static_cast<std::uint32_t>(big_endian(bytes, at + local, 4)) : 0U;
    while (payload.size() < size) {
      if (next == 0 || next > pages_.count()) return std::nullopt;
      const auto more = pages_.read(next);
      next = static_cast<std::uint32_t>(big_endian(more, 0, 4));
      payload.append(more, 4, std::min(size - payload.size(), usable - 4));
    }
    return payload;
  }

  static bool read_columns(std::string_view payload, FoundRow& row) {
    std::size_t in_header = 0;
    const auto header = varint(payload, in_header);
    if (!header || *header > payload.size()) return false;
    const auto types = payload.substr(0, static_cast<std::size_t>(*header));
    std::size_t at = types.size();
    while (in_header < types.size()) {
      const auto type = varint(types, in_header);
      auto value = type ? column(payload, *type, at) : std::nullopt;
      if (!value) return false;
      row.columns.push_back(*value);
    }
    return true;
  }

  const Pages& pages_;
  const std::size_t columns_;
  const std::function<void(const FoundRow&)>& found_;
};

}  // namespace

std::size_t read_rows(const std::string& path, std::size_t columns, const std::function<void(const FoundRow&)>& found) {
  const Pages pages(path);
  RowReader reader(pages, columns, found);
  std::size_t unreadable = 0;
  for (std::uint32_t page = 1; page <= pages.count() && page != 0; ++page) {
    if (!reader.read_page(page)) ++unreadable;
  }
  return unreadable;
}

}  // namespace router::storage

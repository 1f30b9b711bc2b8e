#include "base/byte_scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/put_text.h"

namespace router::byte_scan_test {

using namespace router::base;

namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_unquotable(char c) { return is_control(c) || c == '"' || c == '\\' || static_cast<unsigned char>(c) >= 0x80; }

std::size_t first(const std::string& text, bool (*is_meant)(char)) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_meant) - text.begin());
}

}  // namespace

TEST_CASE("byte scan: every byte is found, or passed over, at every place of a text [issue 13]") {
  for (std::size_t size = 0; size <= 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, ' ');
        text[at] = static_cast<char>(byte);
        REQUIRE(find_control(text) == first(text, is_control));
        REQUIRE(find_unquotable(text) == first(text, is_unquotable));
      }
    }
  }
}

TEST_CASE("byte scan: of two that are next to each other the first is found [issue 13]") {
  for (const std::size_t at : {2, 15, 20, 38}) {
    for (int one = 0; one < 256; ++one) {
      for (int other = 0; other < 256; ++other) {
        std::string text(40, ' ');
        text[at] = static_cast<char>(one);
        text[at + 1] = static_cast<char>(other);
        REQUIRE(find_control(text) == first(text, is_control));
        REQUIRE(find_unquotable(text) == first(text, is_unquotable));
      }
    }
  }
}

TEST_CASE("byte scan: no more is skipped than letters, digits and dashes [issue 13]") {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  for (std::size_t size : {0, 1, 15, 16, 17, 40}) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        const auto skipped = skip_name(text);
        REQUIRE(skipped <= size);
        REQUIRE(std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(skipped), is_name));
      }
    }
  }
}

TEST_CASE("byte scan: a text of any length is put whole, and nothing beside it [issue 13]") {
  const std::string text = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    std::string room(text.size() + 1, '.');
    CHECK(put_text(std::string_view(text).substr(0, size), room.data()) == room.data() + size);
    CHECK(room == text.substr(0, size) + std::string(room.size() - size, '.'));
  }
}

}  // namespace router::byte_scan_test

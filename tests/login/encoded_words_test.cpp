#include "login/encoded_words.h"

#include <doctest/doctest.h>

namespace router::encoded_words_test {

TEST_CASE("encoded words: names and passwords beyond ASCII arrive as they were typed (RFC 2047)") {
  struct Row {
    const char* sent;
    const char* meant;
  };
  const Row rows[] = {
      {"bjensen", "bjensen"},
      {"", ""},
      {"=?UTF-8?B?w6TDtsO8?=", "\xC3\xA4\xC3\xB6\xC3\xBC"},
      {"=?utf-8?b?w6TDtsO8?=", "\xC3\xA4\xC3\xB6\xC3\xBC"},
      {"=?UTF-8?Q?J=C3=BCrgen_M?=", "J\xC3\xBCrgen M"},
      {"=?ISO-8859-1?Q?J=FCrgen?=", "J\xC3\xBCrgen"},
      {"=?UTF-8*de?Q?J=C3=BCrgen?=", "J\xC3\xBCrgen"},
      {"=?UTF-8?Q?a?= =?UTF-8?Q?b?=", "ab"},
      {"=?UTF-8?Q?a?= b", "a b"},
      {"a  b ", "a  b "},
      {"J\xC3\xBCrgen", "J\xC3\xBCrgen"},
      {"=?UTF-8?Q?\?=", ""},
      // not encoded words: a password may look like anything
      {"=?UTF-8?B?!!?=", "=?UTF-8?B?!!?="},
      {"=?UTF-8?Q?=C?=", "=?UTF-8?Q?=C?="},
      {"=?UTF-8?X?a?=", "=?UTF-8?X?a?="},
      {"=?KOI8-R?Q?a?=", "=?KOI8-R?Q?a?="},
      {"=?UTF-8?Q?a", "=?UTF-8?Q?a"},
      {"=?=", "=?="},
      {"=?\?=", "=?\?="},
      {"x=?UTF-8?Q?a?=", "x=?UTF-8?Q?a?="},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sent);
    CHECK(login::decode_encoded_words(row.sent) == row.meant);
  }
}

}  // namespace router::encoded_words_test

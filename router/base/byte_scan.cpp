#include "base/byte_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/load_bytes.h"

namespace router::base {
namespace {

using Word = std::uint64_t;

constexpr Word kOnes = 0x0101010101010101;
constexpr Word kHighBits = kOnes * 0x80;

// The high bit of each byte below `bound`, which is at most 0x80. Behind the first of them other bytes may be marked, too.
constexpr Word below(Word bytes, Word bound) { return (bytes - kOnes * bound) & ~bytes & kHighBits; }
constexpr Word equal(Word bytes, Word byte) { return below(bytes ^ kOnes * byte, 1); }

template <class Number>
Word load(const char* from) {
  return load_bytes<Number>(from);
}

// So many bytes from the end of a text of a word or more, and zeros behind them. Little-endian.
Word last_of_word(std::string_view text, std::size_t bytes) {
  return load<Word>(text.data() + text.size() - sizeof(Word)) >> (8 * (sizeof(Word) - bytes));
}

// A text of one to seven bytes, and zeros behind it. Little-endian.
Word short_word(std::string_view text) {
  const auto size = text.size();
  const char* const end = text.data() + size;
  if (size >= 4) return load<std::uint32_t>(text.data()) | load<std::uint32_t>(end - 4) << (8 * (size - 4));
  if (size >= 2) return load<std::uint16_t>(text.data()) | load<std::uint8_t>(end - 1) << (8 * (size - 1));
  return load<std::uint8_t>(text.data());
}

// `mark`: sets the high bit of each byte that is meant. Only the first mark counts.
template <class Mark>
std::size_t find_first(std::string_view text, Mark mark) {
  const auto index = [](Word marks) { return static_cast<std::size_t>(std::countr_zero(marks)) / 8; };
  std::size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; text.size() - at >= sizeof(Word); at += sizeof(Word)) {
      const auto bytes = load<Word>(text.data() + at);
      if (const auto marks = mark(bytes)) return at + index(marks);
    }
  }
  const auto rest = text.size() - at;
  if constexpr (std::endian::native == std::endian::little) {
    if (rest == 0) return at;
    // the last few, and nothing behind them that counts
    const auto marks = mark(text.size() >= sizeof(Word) ? last_of_word(text, rest) : short_word(text));
    return marks == 0 ? text.size() : std::min(at + index(marks), text.size());
  }
  for (; at < text.size(); ++at) {
    if ((mark(static_cast<unsigned char>(text[at])) & 0x80) != 0) return at;
  }
  return at;
}

}  // namespace

// Every byte of every head: sixteen at a time where the processor can.
std::size_t find_control(std::string_view text) {
  std::size_t at = 0;
#ifdef __SSE2__
  const auto last_control = _mm_set1_epi8(0x1F);
  const auto del = _mm_set1_epi8(0x7F);
  for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const auto is_low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const auto marks = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_low, _mm_cmpeq_epi8(bytes, del))));
    if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks));
  }
#endif
  return at + find_first(text.substr(at), [](Word bytes) { return below(bytes, 0x20) | equal(bytes, 0x7F); });
}

std::size_t skip_name([[maybe_unused]] std::string_view text) {
#ifdef __SSE2__
  if (text.size() < sizeof(__m128i)) return 0;
  const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
  const auto is_at_most = [](__m128i offsets, char most) {
    return _mm_cmpeq_epi8(_mm_min_epu8(offsets, _mm_set1_epi8(most)), offsets);
  };
  const auto is_letter =
      is_at_most(_mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), _mm_set1_epi8('a')), 'z' - 'a');
  const auto is_digit = is_at_most(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
  const auto is_dash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
  const auto marks = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(is_letter, is_digit), is_dash)));
  return static_cast<std::size_t>(std::countr_one(marks));
#else
  return 0;
#endif
}

std::size_t find_unquotable(std::string_view text) {
  std::size_t at = 0;
#ifdef __SSE2__
  const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  for (; text.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // bytes have signs here: what is not ASCII is below a blank
    const auto is_outside = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), is(bytes, 0x7F));
    const auto is_meant = _mm_or_si128(is_outside, _mm_or_si128(is(bytes, '"'), is(bytes, '\\')));
    const auto marks = static_cast<unsigned>(_mm_movemask_epi8(is_meant));
    if (marks != 0) return at + static_cast<std::size_t>(std::countr_zero(marks));
  }
#endif
  return at + find_first(text.substr(at), [](Word bytes) {
           return below(bytes, 0x20) | equal(bytes, 0x7F) | equal(bytes, '"') | equal(bytes, '\\') |
                  (bytes & kHighBits);
         });
}

}  // namespace router::base

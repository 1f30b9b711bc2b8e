#include "base/byte_scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstdint>
#include <cstring>

namespace router::base {
namespace {

using Word = std::uint64_t;

constexpr Word kOnes = 0x0101010101010101;
constexpr Word kHighBits = kOnes * 0x80;

// The high bit of each byte below `bound`, which is at most 0x80. Behind the first of them other bytes may be marked, too.
constexpr Word below(Word bytes, Word bound) { return (bytes - kOnes * bound) & ~bytes & kHighBits; }
constexpr Word equal(Word bytes, Word byte) { return below(bytes ^ kOnes * byte, 1); }

// `mark`: sets the high bit of each byte that is meant. Only the first mark counts.
template <class Mark>
std::size_t find_first(std::string_view text, Mark mark) {
  const auto index = [](Word marks) { return static_cast<std::size_t>(std::countr_zero(marks)) / 8; };
  std::size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; text.size() - at >= sizeof(Word); at += sizeof(Word)) {
      Word bytes;
      std::memcpy(&bytes, text.data() + at, sizeof bytes);
      if (const auto marks = mark(bytes)) return at + index(marks);
    }
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
  return find_first(text, [](Word bytes) {
    return below(bytes, 0x20) | equal(bytes, 0x7F) | equal(bytes, '"') | equal(bytes, '\\') | (bytes & kHighBits);
  });
}

}  // namespace router::base

#include "pipeline/request_ids.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "crypto/random.h"

namespace router::pipeline {
namespace {

constexpr std::size_t kLongestId = 128;
constexpr std::size_t kTraceparentBytes = 55;

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; });
}

// 00-<32 hex>-<16 hex>-<2 hex>, lower case
bool is_traceparent(std::string_view value) {
  if (value.size() != kTraceparentBytes || value.substr(0, 3) != "00-" || value[35] != '-' || value[52] != '-')
    return false;
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// key=value, the key of a vendor or of a tenant at one
bool is_trace_member(std::string_view member) {
  const auto parts = base::cut(member, '=');
  const auto is_key = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' || c == '/' || c == '@';
  };
  const auto is_value = [](char c) { return c >= 0x20 && c < 0x7F && c != '='; };
  const auto& key = parts.before;
  return !key.empty() && key.size() <= 256 && std::all_of(key.begin(), key.end(), is_key) &&
         std::count(key.begin(), key.end(), '@') <= 1 && parts.after && !parts.after->empty() &&
         parts.after->size() <= 256 && std::all_of(parts.after->begin(), parts.after->end(), is_value);
}

// The lines as one list; empty where a member is not valid, or there are more than may be.
std::string tracestate_of(const http::Headers& request) {
  constexpr std::size_t kMostMembers = 32;
  std::string state;
  std::size_t members = 0;
  for (const auto& field : request) {
    if (!base::equals_ignoring_case(field.name, "tracestate")) continue;
    for (const auto part : base::split(field.value, ',')) {
      const auto member = base::trim(part);
      if (member.empty()) continue;
      if (!is_trace_member(member) || ++members > kMostMembers) return "";
      state.append(state.empty() ? "" : ",").append(member);
    }
  }
  return state;
}

// Eight digits, of all bits at once.
void write_hex(std::uint32_t bits, char* out) {
  // four bits in each byte
  std::uint64_t digits = bits;
  digits = (digits | digits << 16) & 0x0000FFFF0000FFFF;
  digits = (digits | digits << 8) & 0x00FF00FF00FF00FF;
  digits = (digits | digits << 4) & 0x0F0F0F0F0F0F0F0F;
  const std::uint64_t letters = ((digits + 0x0606060606060606) >> 4) & 0x0101010101010101;
  digits += 0x3030303030303030 + letters * ('a' - '0' - 10);
  std::memcpy(out, &digits, sizeof digits);
}

// xoshiro256++ (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2019): far apart on every thread, as
// each begins with 256 random bits.
class Generator {
 public:
  Generator() {
    const auto random = crypto::random_bytes(sizeof state_);
    std::memcpy(state_, random.data(), sizeof state_);
  }
  std::uint64_t next() {
    auto& [a, b, c, d] = state_;
    const auto made = std::rotl(a + d, 23) + a;
    const auto shifted = b << 17;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = std::rotl(d, 45);
    return made;
  }

 private:
  std::uint64_t state_[4];
};

// Digits of so many times eight bytes. A generator of the thread's own is enough, and no system call.
void append_hex(std::size_t words, std::string& out) {
  thread_local Generator of_thread;
  auto& generator = of_thread;
  for (; words > 0; --words) {
    const auto word = generator.next();
    char digits[16];
    write_hex(static_cast<std::uint32_t>(word), digits);
    write_hex(static_cast<std::uint32_t>(word >> 32), digits + 8);
    out.append(digits, sizeof digits);
  }
}

}  // namespace

std::string request_id_of(const http::Headers& request) {
  for (const char* name : {"x-request-id", "x-vcap-request-id"}) {
    const auto id = request.get(name);
    if (id && is_plain_id(*id)) return std::string(*id);
  }
  std::string id;
  id.reserve(32);
  append_hex(2, id);
  return id;
}

std::string correlation_id_of(const http::Headers& request) {
  const auto id = request.get("x-correlationid");
  return id && is_plain_id(*id) ? std::string(*id) : std::string();
}

void take_trace_context(const http::Headers& request, backend::Trace& trace) {
  const auto parent = request.get("traceparent");
  if (!parent || !is_traceparent(*parent)) {
    auto& made = trace.traceparent;
    made.reserve(kTraceparentBytes);
    made.assign("00-", 3);
    append_hex(2, made);
    made.push_back('-');
    append_hex(1, made);
    made.append("-01", 3);
    return;
  }
  trace.traceparent = *parent;
  trace.tracestate = tracestate_of(request);
}

}  // namespace router::pipeline

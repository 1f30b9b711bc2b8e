#include "storage/redis_command.h"

#include <array>
#include <utility>

#include "crypto/digest.h"

namespace router::storage {

namespace {

// CRC-16/XMODEM: polynomial 0x1021, from 0.
constexpr std::array<std::uint16_t, 256> crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned rest = byte << 8;
    for (int bit = 0; bit < 8; ++bit) rest = (rest & 0x8000) != 0 ? (rest << 1) ^ 0x1021 : rest << 1;
    table[byte] = static_cast<std::uint16_t>(rest);
  }
  return table;
}
constexpr auto kCrcTable = crc_table();

std::string_view hashed_part(std::string_view key) {
  const auto open = key.find('{');
  if (open == std::string_view::npos) return key;
  const auto close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

RedisCommand evaluate(std::string_view name, std::string_view script, std::string_view key,
                      const std::vector<std::string>& words) {
  RedisCommand command(name);
  command.word(script).number(1).key(key);
  for (const auto& word : words) command.word(word);
  return command;
}

}  // namespace

std::uint16_t redis_slot(std::string_view key) {
  unsigned crc = 0;
  for (const char character : hashed_part(key)) {
    crc = (crc << 8 ^ kCrcTable[(crc >> 8 ^ static_cast<unsigned char>(character)) & 0xFF]) & 0xFFFF;
  }
  return static_cast<std::uint16_t>(crc % kRedisSlots);
}

RedisCommand& RedisCommand::word(std::string_view text) {
  body_.append("$").append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
  ++words_;
  return *this;
}

RedisCommand& RedisCommand::key(std::string_view name) {
  if (!slot_) slot_ = redis_slot(name);
  return word(name);
}

RedisScript::RedisScript(std::string text) : text_(std::move(text)), hash_(crypto::to_hex(crypto::sha1(text_))) {}

RedisCommand RedisScript::by_hash(std::string_view key, const std::vector<std::string>& words) const {
  return evaluate("EVALSHA", hash_, key, words);
}

RedisCommand RedisScript::by_text(std::string_view key, const std::vector<std::string>& words) const {
  return evaluate("EVAL", text_, key, words);
}

}  // namespace router::storage

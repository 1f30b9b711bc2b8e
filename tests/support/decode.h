// Takes content codings off, with the libraries' own decoders: what a browser would see of the bytes so far.
// Link ZLIB::ZLIB and PkgConfig::BROTLI_DECODER.
#pragma once

#include <brotli/decode.h>
#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/accept_encoding.h"

namespace router::test {

struct Decoded {
  std::string text;
  bool complete = false;  // the end of the body was there, and nothing behind it
};

namespace detail {

inline std::optional<Decoded> decode_gzip(std::string_view coded) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  stream.avail_in = static_cast<uInt>(coded.size());
  Decoded decoded;
  char room[4096];
  int result = Z_OK;
  do {
    stream.next_out = reinterpret_cast<Bytef*>(room);
    stream.avail_out = sizeof room;
    result = inflate(&stream, Z_SYNC_FLUSH);
    decoded.text.append(room, sizeof room - stream.avail_out);
  } while (result == Z_OK);
  decoded.complete = result == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (result != Z_STREAM_END && result != Z_BUF_ERROR) return std::nullopt;
  return decoded;
}

inline std::optional<Decoded> decode_br(std::string_view coded) {
  auto* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  const auto* next = reinterpret_cast<const std::uint8_t*>(coded.data());
  std::size_t left = coded.size();
  Decoded decoded;
  BrotliDecoderResult result{};
  do {
    std::size_t no_room = 0;
    result = BrotliDecoderDecompressStream(state, &left, &next, &no_room, nullptr, nullptr);
    std::size_t size = 0;
    const auto* text = BrotliDecoderTakeOutput(state, &size);
    decoded.text.append(reinterpret_cast<const char*>(text), size);
  } while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
  decoded.complete = result == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
  BrotliDecoderDestroyInstance(state);
  if (result == BROTLI_DECODER_RESULT_ERROR) return std::nullopt;
  return decoded;
}

}  // namespace detail

// Absent: not of that coding.
inline std::optional<Decoded> decode(http::Coding coding, std::string_view coded) {
  return coding == http::Coding::br ? detail::decode_br(coded) : detail::decode_gzip(coded);
}

}  // namespace router::test

#include "http/content_coding.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "support/decode.h"

namespace router::content_coding_test {

using http::Coding;
using http::Encoder;
using http::Flush;
using std::string;
using std::string_view;

namespace {

constexpr Coding kCodings[] = {Coding::br, Coding::gzip};

// Half of it words that come again, half of it noise.
string sample(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  string text;
  while (text.size() < size) {
    if (random() % 2 == 0) {
      text.append("{\"name\":\"customer ").append(std::to_string(random() % 100)).append("\"},");
    } else {
      for (int i = 0; i < 16; ++i) text.push_back(static_cast<char>(random()));
    }
  }
  text.resize(size);
  return text;
}

Encoder encoder(Coding coding) {
  auto made = Encoder::make(coding);
  REQUIRE(made);
  return *std::move(made);
}

void append(Encoder& encoder, string_view in, Flush flush, string& out) { REQUIRE(encoder.append(in, flush, out)); }

string encode(Coding coding, string_view text, std::size_t piece, Flush between) {
  auto to = encoder(coding);
  string out;
  for (; text.size() > piece; text.remove_prefix(piece)) append(to, text.substr(0, piece), between, out);
  append(to, text, Flush::finish, out);
  return out;
}

}  // namespace

TEST_CASE("encoder: any body, in any pieces, is what comes out of a decoder") {
  for (const auto coding : kCodings) {
    CAPTURE(to_string(coding));
    for (const std::size_t size : {0, 1, 2, 255, 256, 1023, 1024, 16'383, 16'384, 65'535, 65'536, 65'537, 300'001}) {
      const auto text = sample(size, static_cast<unsigned>(size));
      for (const std::size_t piece : {1, 7, 1000, 32'768, 1'000'000}) {
        if (size / piece > 3000) continue;
        for (const auto between : {Flush::none, Flush::sync}) {
          const auto decoded = test::decode(coding, encode(coding, text, piece, between));
          REQUIRE(decoded);
          CHECK(decoded->complete);
          CHECK((decoded->text == text));
        }
      }
    }
  }
}

TEST_CASE("encoder: pieces of random sizes, flushed or not at random") {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const auto coding = kCodings[round % 2];
    const auto text = sample(random() % 200'000, static_cast<unsigned>(random()));
    auto to = encoder(coding);
    string out;
    for (string_view rest = text; !rest.empty();) {
      const auto piece = rest.substr(0, random() % 20'000);
      rest.remove_prefix(piece.size());
      append(to, piece, random() % 2 == 0 ? Flush::sync : Flush::none, out);
    }
    append(to, {}, Flush::finish, out);
    const auto decoded = test::decode(coding, out);
    REQUIRE(decoded);
    CHECK(decoded->complete);
    CHECK((decoded->text == text));
  }
}

TEST_CASE("encoder: after a sync flush every byte so far can be decoded, and the body is not over") {
  for (const auto coding : kCodings) {
    auto to = encoder(coding);
    string out;
    string so_far;
    for (const auto* piece : {"data: 1\n\n", "x", "data: a longer line than the one before it\n\n", "data: 1\n\n"}) {
      so_far.append(piece);
      append(to, piece, Flush::sync, out);
      const auto decoded = test::decode(coding, out);
      REQUIRE(decoded);
      CHECK(decoded->text == so_far);
      CHECK_FALSE(decoded->complete);
    }
  }
}

TEST_CASE("encoder: a sync without new bytes sends nothing") {
  for (const auto coding : kCodings) {
    auto to = encoder(coding);
    string out;
    append(to, {}, Flush::sync, out);
    CHECK(out.empty());
    append(to, "hello", Flush::sync, out);
    const auto size = out.size();
    for (int i = 0; i < 3; ++i) append(to, {}, Flush::sync, out);
    CHECK(out.size() == size);
    append(to, {}, Flush::finish, out);
    CHECK(test::decode(coding, out)->complete);
  }
}

TEST_CASE("encoder: bytes put in without a flush are sent by a later one, although that brings none") {
  for (const auto coding : kCodings) {
    auto to = encoder(coding);
    string out;
    append(to, "hello", Flush::none, out);
    append(to, {}, Flush::sync, out);
    CHECK(test::decode(coding, out)->text == "hello");
  }
}

TEST_CASE("encoder: what it sends is smaller where the text repeats, and hardly larger where it does not") {
  std::mt19937 random(3);
  string noise(100'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  for (const auto coding : kCodings) {
    CHECK(encode(coding, string(100'000, 'a'), 32'768, Flush::sync).size() < 1'000);
    CHECK(encode(coding, noise, 32'768, Flush::sync).size() < noise.size() + 200);
  }
}

TEST_CASE("encoder: it can be moved in the middle of a body") {
  for (const auto coding : kCodings) {
    const auto text = sample(100'000, 5);
    auto first = encoder(coding);
    string out;
    append(first, string_view(text).substr(0, 50'000), Flush::none, out);
    std::vector<Encoder> others;
    others.push_back(std::move(first));
    append(others.front(), string_view(text).substr(50'000), Flush::finish, out);
    CHECK((test::decode(coding, out)->text == text));
  }
}

TEST_CASE("encoder: a finished one takes no more") {
  for (const auto coding : kCodings) {
    auto to = encoder(coding);
    string out;
    append(to, "hello", Flush::finish, out);
    const auto size = out.size();
    for (const auto flush : {Flush::none, Flush::sync, Flush::finish}) CHECK_FALSE(to.append("more", flush, out));
    CHECK(out.size() == size);
  }
}

TEST_CASE("encoder: the same body is the same bytes, whenever it is made") {
  for (const auto coding : kCodings) {
    const auto text = sample(10'000, 1);
    CHECK((encode(coding, text, 4096, Flush::none) == encode(coding, text, 4096, Flush::none)));
  }
}

}  // namespace router::content_coding_test

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lehr/core/rng.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/safetensors.hpp"
#include "store/support.hpp"

namespace lehr {
namespace {

using store::read_safetensors;
using store_test::bad_input_of;
using store_test::expect_says;
using store_test::safetensors_bytes;
using store_test::TemporaryFolder;

struct Case {
  std::string what;
  std::string bytes;
  std::string says;
};

std::string with_length(std::uint64_t length, std::string_view rest) {
  return std::string(reinterpret_cast<const char*>(&length), sizeof length).append(rest);
}

std::string one(std::string_view fields, std::size_t data = 4) {
  return safetensors_bytes(R"({"w":{)" + std::string(fields) + "}}", std::string(data, '\0'));
}

std::string two(std::string_view offsets_a, std::string_view offsets_b, std::size_t data) {
  return safetensors_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + std::string(offsets_a) +
                               R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" +
                               std::string(offsets_b) + "}}",
                           std::string(data, '\0'));
}

std::string nested(std::size_t depth, const std::string& open) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  return text;
}

std::vector<Case> length_cases() {
  return {
      {"empty", "", "at least 8 bytes, found 0"},
      {"short", "1234567", "at least 8 bytes, found 7"},
      {"zero", with_length(0, ""), "begins with \"{\""},
      {"huge", with_length(~std::uint64_t{0}, "{}"), "18446744073709551615"},
      {"half", with_length(std::uint64_t{1} << 63, "{}"), "9223372036854775808"},
      {"beyond", with_length(3, "{}"), "should have 3 bytes, found 2"},
      {"too long", with_length(100'000'001, "{}"), "100000001"},
      {"text", "this is a text and no model", "not a safetensors file"},
  };
}

std::vector<Case> json_cases() {
  return {
      {"no object", safetensors_bytes("[]"), "begins with \"{\""},
      {"blank first", safetensors_bytes(" {}"), "begins with \"{\""},
      {"cut", safetensors_bytes(R"({"w":{"dtype")"), "not JSON"},
      {"rest", safetensors_bytes("{}x"), "not JSON at byte 3"},
      {"bad UTF-8", safetensors_bytes("{\"\xff\":{}}"), "not JSON"},
      {"long token", safetensors_bytes("{" + std::string(100000, 'y')), "not JSON"},
      {"deep objects", safetensors_bytes(nested(200000, R"({"a":)")), "found \"a\""},
      {"deep lists", safetensors_bytes(std::string(R"({"a":)") + nested(200000, "[")), "found a list"},
      {"deep shape", one(std::string(R"("dtype":"F32","shape":)") + nested(100000, "[")), "found a list"},
      {"entry null", safetensors_bytes(R"({"w":null})"), "expected an object, found null"},
      {"entry number", safetensors_bytes(R"({"w":3})"), "expected an object, found a number"},
      {"entry text", safetensors_bytes(R"({"w":"F32"})"), "expected an object, found a text"},
      {"metadata list", safetensors_bytes(R"({"__metadata__":[]})"), "found a list"},
      {"metadata number", safetensors_bytes(R"({"__metadata__":{"a":1}})"),
       "expected a text, found a number"},
      {"metadata object", safetensors_bytes(R"({"__metadata__":{"a":{}}})"), "expected a text"},
      {"metadata twice", safetensors_bytes(R"({"__metadata__":{},"__metadata__":{}})"), "twice"},
      {"key twice", safetensors_bytes(R"({"__metadata__":{"a":"","a":""}})"), "twice"},
  };
}

std::vector<Case> entry_cases() {
  const std::string f32 = R"("dtype":"F32",)";
  return {
      {"no fields", one(""), "only some of them"},
      {"no offsets", one(f32 + R"("shape":[1])"), "only some of them"},
      {"unknown field", one(R"("stride":[1])"), "found \"stride\""},
      {"field twice", one(R"("dtype":"F32","dtype":"F32")"), "dtype is there twice"},
      {"unknown dtype", one(R"("dtype":"F64","shape":[1],"data_offsets":[0,4])"), "found \"F64\""},
      {"dtype number", one(R"("dtype":4)"), "dtype: expected a text"},
      {"shape text", one(f32 + R"("shape":"1")"), "expected a list"},
      {"negative extent", one(f32 + R"("shape":[-1],"data_offsets":[0,4])"), "a negative number"},
      {"real extent", one(f32 + R"("shape":[1.0],"data_offsets":[0,4])"), "not whole"},
      {"giant extent", one(f32 + R"("shape":[18446744073709551615],"data_offsets":[0,4])"), "63 bits"},
      {"beyond 64 bits", one(f32 + R"("shape":[18446744073709551616],"data_offsets":[0,4])"), "64 bits"},
      {"overflow", one(f32 + R"("shape":[4294967296,4294967296],"data_offsets":[0,4])"), "64 bits"},
      {"wraps to 4", one(f32 + R"("shape":[4611686018427387905],"data_offsets":[0,4])"), "found 4 bytes"},
      {"many axes", one(f32 + R"("shape":[1,1,1,1,1,1],"data_offsets":[0,4])"), "at most 5"},
      {"one offset", one(f32 + R"("shape":[1],"data_offsets":[0])"), "a begin and an end"},
      {"three offsets", one(f32 + R"("shape":[1],"data_offsets":[0,4,8])"), "at most 2"},
      {"negative offset", one(f32 + R"("shape":[1],"data_offsets":[-4,0])"), "a negative number"},
      {"reversed", one(f32 + R"("shape":[1],"data_offsets":[4,0])"), "in this order"},
      {"size", one(f32 + R"("shape":[2],"data_offsets":[0,4])"), "2 elements of 4 bytes"},
      {"part of an element", one(f32 + R"("shape":[1],"data_offsets":[0,5])", 5), "found 5 bytes"},
      {"control text", one("\"\\u0007\\u001b[31m\":1"), "\\x07\\x1B[31m"},
  };
}

std::vector<Case> coverage_cases() {
  return {
      {"beyond the file", two("[0,4]", "[4,8]", 4), "expected 8 bytes of data after the header, found 4"},
      {"rest", two("[0,4]", "[4,8]", 9), "expected 8 bytes of data after the header, found 9"},
      {"data alone", safetensors_bytes("{}", "data"), "expected 0 bytes of data after the header, found 4"},
      {"same place", two("[0,4]", "[0,4]", 4), "overlaps"},
      {"overlap", two("[0,4]", "[3,7]", 8), "overlaps"},
      {"hole", two("[0,4]", "[8,12]", 12), "gap"},
      {"hole in front", two("[4,8]", "[8,12]", 12), "gap"},
      {"far away", two("[0,4]", "[9223372036854775803,9223372036854775807]", 8), "gap"},
      {"twice", safetensors_bytes(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{}})"),
       "twice"},
  };
}

void expect_refused(const std::vector<Case>& cases) {
  const TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  for (const Case& hostile : cases) {
    SCOPED_TRACE(hostile.what);
    store_test::write_all(file, hostile.bytes);
    expect_says(bad_input_of([&] { read_safetensors(file); }), {in_quotes(file) + ": ", hostile.says});
  }
}

TEST(SafeTensorsHostile, LengthsThatLie) { expect_refused(length_cases()); }
TEST(SafeTensorsHostile, HeadersThatAreNone) { expect_refused(json_cases()); }
TEST(SafeTensorsHostile, EntriesThatMakeNoSense) { expect_refused(entry_cases()); }
TEST(SafeTensorsHostile, DataThatIsNotCovered) { expect_refused(coverage_cases()); }

TEST(SafeTensorsHostile, WhatIsNoFile) {
  const TemporaryFolder folder;
  expect_says(bad_input_of([&] { read_safetensors(folder / "none"); }), {"none", "No such file"});
  expect_says(bad_input_of([&] { read_safetensors(folder.path()); }), {"Is a directory"});
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_says(bad_input_of([&] { read_safetensors(folder / "pipe"); }), {"regular file"});
}

TEST(SafeTensorsHostile, ASparseFileLargerThanMemory) {
  const TemporaryFolder folder;
  const auto file = folder / "sparse";
  constexpr long size = 1L << 42;
  const std::string header = R"({"w":{"dtype":"U8","shape":[)" + std::to_string(size) +
                             R"(],"data_offsets":[0,)" + std::to_string(size) + "]}}";
  store_test::write_all(file, safetensors_bytes(header));
  if (::truncate(file.c_str(), static_cast<off_t>(8 + header.size()) + size) != 0) {
    GTEST_SKIP() << "this file system has no sparse files of that size";
  }
  expect_says(bad_input_of([&] { read_safetensors(file); }), {"memory"});
}

// A damaged file is either refused or can be read; nothing else happens.
TEST(SafeTensorsHostile, ThreeThousandMutations) {
  const TemporaryFolder folder;
  const auto file = folder / "mutant";
  const std::string whole =
      safetensors_bytes(R"({"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,1],)"
                        R"("data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}   )",
                        std::string(16, '\1'));
  int refused = 0;
  for (std::uint64_t trial = 0; trial < 3000; ++trial) {
    Rng random(1, Purpose::test, trial);
    std::string bytes = whole;
    for (std::uint64_t change = 0; change <= random.below(3); ++change) {
      const std::size_t place = random.below(bytes.size());
      switch (random.below(4)) {
        case 0:
          bytes[place] = static_cast<char>(random.below(256));
          break;
        case 1:
          bytes.erase(place, 1 + random.below(8));
          break;
        case 2:
          bytes.insert(place, bytes.substr(random.below(bytes.size()), random.below(20)));
          break;
        default:
          bytes[place] = "0123456789-[]{},:\"eE."[random.below(21)];
          break;
      }
      if (bytes.empty()) break;
    }
    store_test::write_all(file, bytes);
    try {
      read_safetensors(file);
    } catch (const BadInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 2000);
  EXPECT_LT(refused, 3000);
}

}  // namespace
}  // namespace lehr

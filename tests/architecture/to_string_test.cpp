// std::to_string prints 1e-8 as "0.000000". lehr::number_text prints text that reads back as the same number.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "architecture/sources.hpp"

namespace lehr::test {
namespace {

std::string bytes_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Whether the object file calls std::to_string for floating-point numbers. Only for these does libstdc++
/// call this function, whose name is then in the object file.
bool converts_real_numbers(const std::string& object_file) {
  return bytes_of(object_file).find("__to_xstring") != std::string::npos;
}

TEST(ToString, IsFoundIfItIsUsed) { EXPECT_TRUE(converts_real_numbers(LEHR_TO_STRING_PROBE)); }

TEST(ToString, OfARealNumberAppearsNowhere) {
  std::ifstream list(LEHR_OBJECT_FILES);
  std::size_t files = 0;
  for (std::string file; std::getline(list, file); ++files) {
    EXPECT_FALSE(converts_real_numbers(file))
        << file << " uses std::to_string of a real number; number_text of "
        << "lehr/core/number_text.hpp prints one that can be told apart";
  }
  EXPECT_GT(files, 50U);  // a unity build joins up to eight sources in one
}

// Searches the sources, because CLI11's headers use the function and so do the object files.
TEST(ToString, AppearsNowhereInTheCommand) {
  std::size_t files = 0;
  for (const Source& source : sources_in("cli")) {
    const std::string text = bytes_of(std::string(LEHR_SOURCE_DIR) + "/" + source.path);
    EXPECT_EQ(text.find("std::to_string"), std::string::npos) << source.path << ": use fmt::format";
    ++files;
  }
  EXPECT_GT(files, 40U);
}

}  // namespace
}  // namespace lehr::test

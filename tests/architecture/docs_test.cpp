// Code in the documentation is compiled code.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "architecture/sources.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

std::string without_indent(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first);
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(without_indent(line));
  return lines;
}

/// The C++ blocks of a page, each as one string.
std::vector<std::string> cpp_blocks(const fs::path& page) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string& line : lines_of(page)) {
    if (!inside && line == "```cpp") {
      inside = true;
      blocks.emplace_back();
    } else if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

std::string compiled_text() {
  std::string text;
  for (const char* folder : {"examples", "src"}) {
    for (const Source& source : sources_in(folder)) {
      for (const std::string& line : lines_of(fs::path(LEHR_SOURCE_DIR) / source.path)) text += line + "\n";
    }
  }
  return text;
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found{fs::path(LEHR_SOURCE_DIR) / "README.md"};
  for (const auto& entry : fs::directory_iterator(fs::path(LEHR_SOURCE_DIR) / "docs")) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  return found;
}

TEST(Docs, EveryBlockOfCppIsPartOfASourceThatIsCompiled) {
  const std::string compiled = compiled_text();
  std::size_t blocks = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& block : cpp_blocks(page)) {
      EXPECT_NE(compiled.find(block), std::string::npos) << page << ":\n" << block;
      ++blocks;
    }
  }
  EXPECT_GT(blocks, 5U);
}

// For inline code such as `layer.activation.zero()`: an object, members, a call.
TEST(Docs, EveryInlineCallOfAMemberIsCompiled) {
  const std::string compiled = compiled_text();
  const std::regex call(R"(`((layer|learner|stats|predictor)(\.[a-z_]+)+\(\))`)");
  std::size_t calls = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& line : lines_of(page)) {
      for (std::sregex_iterator found(line.begin(), line.end(), call), end; found != end; ++found, ++calls) {
        EXPECT_NE(compiled.find((*found)[1].str()), std::string::npos) << page << ": " << (*found)[1];
      }
    }
  }
  EXPECT_GT(calls, 10U);
}

TEST(Docs, LinksLeadToFiles) {
  for (const fs::path& page : pages()) {
    for (const std::string& line : lines_of(page)) {
      for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 2)) {
        const std::string target = line.substr(at + 2, line.find_first_of(")#", at) - at - 2);
        if (target.empty() || target.find_first_of(": ") != std::string::npos)
          continue;  // a web address, or a C++ lambda
        EXPECT_TRUE(fs::exists(page.parent_path() / target)) << page << " links to " << target;
      }
    }
  }
}

}  // namespace
}  // namespace lehr::test

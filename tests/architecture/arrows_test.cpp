#include <gtest/gtest.h>

#include <map>

#include "architecture/arrows.hpp"
#include "architecture/sources.hpp"

namespace lehr::test {
namespace {

/// Vendor headers that only one folder may include.
const std::map<std::string, std::string>& vendor_homes() {
  static const std::map<std::string, std::string> homes{
      {"archive", "data"},   {"dnnl", "cpu"},        {"oneapi/", "cpu"},     {"hwy/", "cpu"},
      {"omp.h", "cpu"},      {"jpeglib.h", "image"}, {"tiff", "image"},      {"webp/", "image"},
      {"spng.h", "image"},   {"zlib.h", "image"},    {"sqlite3.h", "store"}, {"toml++/", "run"},
      {"httplib.h", "serve"}};
  return homes;
}

bool is_standard(const std::string& include) { return include.find_first_of("/.") == std::string::npos; }

TEST(Arrows, ModulesOfAPathAreRecognised) {
  EXPECT_EQ(module_of("src/backend/cpu/ops/conv2d.cpp"), "cpu");
  EXPECT_EQ(module_of("src/backend/conv_spec.cpp"), "backend");
  EXPECT_EQ(module_of("lehr/graph/graph.hpp"), "graph");
  EXPECT_EQ(module_of("include/lehr/train/learner.hpp"), "train");
  EXPECT_EQ(module_of("backend/reference/ops.hpp"), "reference");
}

TEST(Arrows, SourcesIncludeOnlyWhatTheirFolderMay) {
  for (const Source& source : sources_in("src")) {
    const std::string home = module_of(source.path);
    ASSERT_TRUE(allowed_modules().contains(home))
        << source.path << ": ARCHITECTURE.md knows no folder " << home;
    for (const std::string& include : source.includes) {
      const std::string used = module_of(include);
      EXPECT_EQ(include.find(".."), std::string::npos)
          << source.path << " includes " << include << " by a path of its own";
      if (!include.starts_with("lehr/") && !allowed_modules().contains(used)) continue;
      EXPECT_TRUE(used == home || allowed_modules().at(home).contains(used))
          << source.path << " includes " << include;
    }
  }
}

TEST(Arrows, VendorHeadersStayInOneFolder) {
  for (const Source& source : sources_in("src")) {
    for (const std::string& include : source.includes) {
      for (const auto& [vendor, home] : vendor_homes()) {
        if (!include.starts_with(vendor)) continue;
        EXPECT_EQ(module_of(source.path), home) << source.path << " includes " << include;
      }
    }
  }
}

TEST(Arrows, PublicHeadersNeedOnlyTheStandardLibrary) {
  for (const Source& source : sources_in("include")) {
    const bool umbrella = source.path == "include/lehr/lehr.hpp" || source.path == "include/lehr/extend.hpp";
    const std::string home = module_of(source.path);
    for (const std::string& include : source.includes) {
      EXPECT_TRUE(is_standard(include) || include.starts_with("lehr/"))
          << source.path << " includes " << include;
      const std::string used = module_of(include);
      if (umbrella || is_standard(include)) continue;
      ASSERT_TRUE(allowed_modules().contains(home)) << source.path;
      EXPECT_TRUE(used == home || allowed_modules().at(home).contains(used))
          << source.path << " includes " << include;
    }
  }
}

// Code above the backends holds references to tensors, which it cannot dereference.
TEST(Arrows, OnlyBackendsSeeAddresses) {
  const Names with_addresses{"lehr/backend/host_kernel.hpp", "lehr/backend/kernel_registry.hpp",
                             "backend/host_backend.hpp"};
  for (const std::string folder : {"src", "include", "cli"}) {
    for (const Source& source : sources_in(folder)) {
      const bool backend = Names{"backend", "cpu", "reference"}.contains(module_of(source.path));
      if (backend || source.path == "include/lehr/lehr.hpp") continue;
      for (const std::string& include : source.includes) {
        EXPECT_FALSE(with_addresses.contains(include)) << source.path << " includes " << include;
      }
    }
  }
}

TEST(Arrows, TheCommandLineUsesPublicHeadersOnly) {
  Names own;
  for (const Source& source : sources_in("cli")) own.insert(source.path.substr(sizeof("cli/") - 1));
  for (const Source& source : sources_in("cli")) {
    for (const std::string& include : source.includes) {
      const bool third_party = include.starts_with("fmt/") || include.starts_with("nlohmann/") ||
                               include.starts_with("CLI/") || include.starts_with("sys/") ||
                               include == "unistd.h" || include == "fcntl.h";
      EXPECT_TRUE(is_standard(include) || include.starts_with("lehr/") || third_party ||
                  own.contains(include))
          << source.path << " includes " << include;
    }
  }
}

TEST(Size, FilesStaySmall) {
  constexpr std::size_t most_lines = 500;
  for (const std::string folder : {"src", "include", "cli", "tests", "bench", "examples"}) {
    for (const Source& source : sources_in(folder)) {
      EXPECT_LT(source.lines, most_lines) << source.path << " has grown too long to read; split it";
    }
  }
}

}  // namespace
}  // namespace lehr::test

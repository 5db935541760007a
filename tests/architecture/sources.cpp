#include "architecture/sources.hpp"

#include <fstream>
#include <regex>

namespace lehr::test {
namespace {

Source read_source(const std::filesystem::path& file) {
  static const std::regex include("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
  Source source;
  source.path = std::filesystem::relative(file, LEHR_SOURCE_DIR).generic_string();
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line); ++source.lines) {
    std::smatch match;
    if (std::regex_match(line, match, include)) source.includes.push_back(match[1]);
  }
  return source;
}

}  // namespace

std::vector<Source> sources_in(const std::string& folder) {
  std::vector<Source> sources;
  const std::filesystem::path root = std::filesystem::path(LEHR_SOURCE_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".cpp" || extension == ".hpp") sources.push_back(read_source(entry.path()));
  }
  return sources;
}

std::string module_of(const std::string& path) {
  static const std::regex parts("(?:include/lehr/|src/|lehr/)?([a-z]+)/(?:(reference|cpu)[/.])?.*");
  std::smatch match;
  if (!std::regex_match(path, match, parts)) return "";
  return match[1] == "backend" && match[2].matched ? match[2].str() : match[1].str();
}

}  // namespace lehr::test

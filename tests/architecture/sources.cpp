#include "architecture/sources.hpp"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace lehr::test {
namespace {

/// Removes `prefix` from the beginning of the text. Returns false if the text does not begin with it.
bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

/// The file that a line includes. Empty if the line is not an include.
std::string included_by(std::string_view line) {
  skip_spaces(line);
  if (!take(line, "#")) return "";
  skip_spaces(line);
  if (!take(line, "include")) return "";
  skip_spaces(line);
  if (!take(line, "<") && !take(line, "\"")) return "";
  return std::string(line.substr(0, line.find_first_of(">\"")));
}

Source read_source(const std::filesystem::path& file) {
  Source source;
  source.path = std::filesystem::relative(file, LEHR_SOURCE_DIR).generic_string();
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line); ++source.lines) {
    if (std::string include = included_by(line); !include.empty()) {
      source.includes.push_back(std::move(include));
    }
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
  std::string_view rest = path;
  for (const std::string_view root : {"include/lehr/", "src/", "lehr/"}) {
    if (take(rest, root)) break;
  }
  const std::size_t slash = rest.find('/');
  const std::string_view module = rest.substr(0, slash);
  const bool is_name =
      std::all_of(module.begin(), module.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  if (slash == std::string_view::npos || !is_name) return "";
  if (module != "backend") return std::string(module);
  rest.remove_prefix(slash + 1);
  for (const std::string_view inner : {"reference", "cpu"}) {
    if (take(rest, inner) && (rest.starts_with('/') || rest.starts_with('.'))) return std::string(inner);
  }
  return std::string(module);
}

}  // namespace lehr::test

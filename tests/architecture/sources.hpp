#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lehr::test {

/// One source file of the project.
struct Source {
  std::string path;  ///< relative to the project, with slashes: "src/graph/graph.cpp"
  std::vector<std::string> includes;
  std::size_t lines = 0;
};

/// All .cpp and .hpp files below a folder of the project.
std::vector<Source> sources_in(const std::string& folder);

/// The module of a file or an include: "cpu" for src/backend/cpu/..., "graph" for lehr/graph/.... Empty if it
/// belongs to none.
std::string module_of(const std::string& path);

}  // namespace lehr::test

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

/// The module that a file or an include belongs to: "cpu" for src/backend/cpu/..., lehr/graph/... -> "graph".
/// Empty where it is of none.
std::string module_of(const std::string& path);

}  // namespace lehr::test

#include "architecture/arrows.hpp"

namespace lehr::test {
namespace {

/// The direct dependencies of each module in CMakeLists.txt, lowest module first.
const std::map<std::string, Names>& direct() {
  static const std::map<std::string, Names> arrows{
      {"core", {}},
      {"graph", {"core"}},
      {"models", {"graph"}},
      {"backend", {"core"}},
      {"reference", {"backend"}},
      {"cpu", {"backend"}},
      {"engine", {"graph", "backend"}},
      {"image", {"core"}},
      {"data", {"image"}},
      {"optim", {"backend"}},
      {"store", {"core"}},
      {"diagnosis", {"store", "graph"}},
      {"report", {"diagnosis"}},
      {"serve", {"report"}},
      {"metrics", {"data"}},
      {"init", {"engine"}},
      {"classifier", {"engine", "data"}},
      // a saved model is a safetensors file
      {"model_io", {"classifier", "store"}},
      {"inference", {"metrics", "model_io"}},
      {"train", {"metrics", "init", "model_io", "optim"}},
      {"callbacks", {"train", "inference", "report"}},
      // LearnerOptions name the cpu backend as the default.
      {"run", {"callbacks", "models", "cpu"}},
      {"checks", {"run"}},
      {"study", {"run"}},
      {"labs", {"study"}},
      {"trial", {"study"}},
  };
  return arrows;
}

void add_with_dependencies(const std::string& module, Names& names) {
  for (const std::string& used : direct().at(module)) {
    if (names.insert(used).second) add_with_dependencies(used, names);
  }
}

std::map<std::string, Names> with_dependencies() {
  std::map<std::string, Names> all;
  for (const auto& [module, used] : direct()) add_with_dependencies(module, all[module]);
  return all;
}

}  // namespace

const std::map<std::string, Names>& allowed_modules() {
  static const std::map<std::string, Names> all = with_dependencies();
  return all;
}

}  // namespace lehr::test

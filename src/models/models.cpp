#include "lehr/models/models.hpp"

#include "lehr/core/error.hpp"
#include "models/builders.hpp"

namespace lehr::models {
namespace {

const ModelRegistry& registry() {
  static const ModelRegistry filled = [] {
    ModelRegistry models;
    register_all_builders(models);
    return models;
  }();
  return filled;
}

}  // namespace

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& entry : registry().builders) names.push_back(entry.first);
  return names;
}

Graph make_model(std::string_view name, const ModelRequest& request) {
  const auto found = registry().builders.find(std::string(name));
  if (found == registry().builders.end()) throw unknown_name("model", name, model_names());
  return found->second(request);
}

}  // namespace lehr::models

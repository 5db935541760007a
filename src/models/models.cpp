#include "lehr/models/models.hpp"

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "models/builders.hpp"

namespace lehr::models {
namespace {

ModelRegistry& registry() {
  static ModelRegistry models({"model", "lehr::register_model"}, register_all_builders);
  return models;
}

}  // namespace

std::vector<std::string> model_names() { return registry().names(); }

Graph make_model(std::string_view name, const ModelRequest& request) { return registry().at(name)(request); }

}  // namespace lehr::models

namespace lehr {

void register_model(const std::string& name, models::ModelBuilder build) {
  if (!build) throw BadInput("the model " + in_quotes(name) + " needs a function that builds it");
  models::registry().add(name, std::move(build));
}

}  // namespace lehr

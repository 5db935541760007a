#pragma once

#include <functional>
#include <map>
#include <string>

#include "lehr/models/models.hpp"

namespace lehr::models {

/// Models by command-line name; each file of builders/ enters its own.
struct ModelRegistry {
  std::map<std::string, std::function<Graph(const ModelRequest&)>> builders;
};

/// Written by the build from the files of builders/.
void register_all_builders(ModelRegistry& registry);

}  // namespace lehr::models

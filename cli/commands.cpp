#include "commands.hpp"

#include <utility>

namespace lehr::cli {

CLI::App& Commands::add(const std::string& name, const std::string& description, const std::string& examples,
                        Run run, CLI::App* parent) {
  CLI::App* command = (parent == nullptr ? app_ : parent)->add_subcommand(name, description);
  command->footer(examples);
  command->callback([this, run = std::move(run)] { chosen_ = run; });
  return *command;
}

CLI::App& Commands::add_group(const std::string& name, const std::string& description,
                              const std::string& examples) {
  CLI::App* group = app_->add_subcommand(name, description);
  group->footer(examples);
  group->require_subcommand(0, 1);
  return *group;
}

}  // namespace lehr::cli

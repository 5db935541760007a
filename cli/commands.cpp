#include "commands.hpp"

#include <CLI/CLI.hpp>
#include <utility>

namespace lehr::cli {

Command Commands::add(const std::string& name, const std::string& description, const std::string& examples,
                      Run run, const Command* parent) {
  CLI::App* command = (parent == nullptr ? app_ : &parent->app())->add_subcommand(name, description);
  command->footer(examples);
  command->callback([this, run = std::move(run)] { chosen_ = run; });
  return Command(*command);
}

Command Commands::add_group(const std::string& name, const std::string& description,
                            const std::string& examples) {
  CLI::App* group = app_->add_subcommand(name, description);
  group->footer(examples);
  group->require_subcommand(0, 1);
  return Command(*group);
}

}  // namespace lehr::cli

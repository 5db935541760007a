#pragma once

#include <functional>
#include <string>

#include "command.hpp"

namespace lehr::cli {

/// The subcommands; each file of commands/ enters its own. A command fills an options struct while the line
/// is parsed, and runs once all of it is.
class Commands {
 public:
  using Run = std::function<int()>;

  explicit Commands(CLI::App& app) : app_(&app) {}

  /// A command under the program, or under `parent`; `examples` stands at the end of its help. `run` returns
  /// the exit status.
  Command add(const std::string& name, const std::string& description, const std::string& examples, Run run,
              const Command* parent = nullptr);
  /// A command that only has commands of its own.
  Command add_group(const std::string& name, const std::string& description, const std::string& examples);

  /// What the line asked for; empty where it named no command.
  const Run& chosen() const { return chosen_; }

 private:
  CLI::App* app_;
  Run chosen_;
};

/// Written by the build from the files of commands/.
void register_all_commands(Commands& registry);

}  // namespace lehr::cli

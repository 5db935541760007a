#include "app.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "output.hpp"
#include "standard_streams.hpp"
#include "terminate_handler.hpp"

namespace lehr::cli {
namespace {

constexpr const char* examples = R"(Examples:
  lehr train                                   learn the built-in digits
  lehr train --recipe mnist-fast --data mnist:DIR
  lehr train --resume latest
  lehr train --data mnist:DIR --batch-norm --lr 0.06 --batch-size 512 --epochs 1
  lehr evaluate runs/ID/model.safetensors --data mnist:DIR
  lehr predict runs/ID/model.safetensors picture.png
  lehr summary --model simple-cnn --input 1x28x28 --batch-size 64

lehr COMMAND --help says what a command takes.)";

/// The innermost subcommand that the command line names.
CLI::App& innermost(CLI::App& app) {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

/// The full name of a command, as the user types it: "lehr data make".
std::string full_name(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name()
                                         : full_name(*command.get_parent()) + " " + command.get_name();
}

/// The error for an argument that no command or option accepts.
BadInput unexpected(CLI::App& app, const std::string& argument) {
  CLI::App& command = innermost(app);
  const std::vector<std::string> commands = command_names(command);
  if (!argument.starts_with('-')) {
    if (!commands.empty()) return unknown_name("command", shortened(argument), commands);
    return BadInput(full_name(command) + " does not take the argument \"" + shortened(argument) + "\"");
  }
  const std::string option = argument.substr(0, argument.find('='));
  std::string message = "unknown option " + shortened(option);
  if (const std::string nearest = nearest_name(option, option_names(command)); !nearest.empty()) {
    message += "; did you mean " + nearest + "?";
  }
  return BadInput(message + " (" + full_name(command) + " --help lists them)");
}

/// The parser's message, with its two most frequent sentences in plainer words. Messages begin with
/// the option.
std::string plain_message(const std::string& message) {
  const std::string option = message.substr(0, message.find_first_of(": "));
  if (message.ends_with(" missing")) return option + " needs a value";
  // CLI11 drops the dashes here.
  if (message.ends_with(" flag override")) return "--" + option + " takes no value";
  return message;
}

BadInput as_bad_input(CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty()) return unexpected(app, left.front());
  return BadInput(plain_message(error.what()) + " (" + full_name(innermost(app)) +
                  " --help lists the options)");
}

/// Throws if the line names an unknown command. Otherwise "lehr trian --help" would print the help
/// of lehr.
void check_command(CLI::App& app) {
  if (command_names(innermost(app)).empty()) return;
  for (const std::string& argument : app.remaining(true)) {
    if (!argument.starts_with('-')) throw unexpected(app, argument);
  }
}

int parse_and_run(CLI::App& app, const Commands& commands, std::vector<std::string> arguments) {
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    reversed.pop_back();  // the program
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help and --version
      check_command(app);
      return app.exit(error);
    }
    throw as_bad_input(app, error);
  }
  if (!commands.chosen()) {
    std::string names;
    for (const std::string& name : command_names(innermost(app))) names += (names.empty() ? "" : ", ") + name;
    throw BadInput(full_name(innermost(app)) + " needs a command: " + names);
  }
  return commands.chosen()();
}

int report_failure(const char* message, int status, bool json) {
  try {
    const std::string line = one_line(message);
    std::fprintf(stderr, "lehr: %s\n", line.c_str());
    if (json) print_json({{"event", "error"}, {"message", line}, {"status", status}});
    return status;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "lehr: %s\n", no_memory);
    return 1;
  }
}

int report_failure(const Error& error, bool json) {
  return report_failure(error.what(), static_cast<int>(error.kind()), json);
}

/// Turns a file system error of the standard library into one of lehr's. If the current folder was
/// removed, relative paths mean nothing, and the message says so.
Error explained(const std::filesystem::filesystem_error& error) {
  std::error_code removed;
  if (std::filesystem::current_path(removed).empty())
    return BadInput("the current folder is gone: it was removed or moved; change to another one");
  return Error(in_quotes(error.path1()) + ": " + error.code().message());
}

int run_command(int argc, char** argv) {
  const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
  CLI::App app("Trains convolutional image classifiers, visibly.", "lehr");
  app.set_version_flag("--version", "lehr " LEHR_VERSION);
  app.footer(examples);
  app.require_subcommand(0, 1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->disable_flag_override();
  Commands commands(app);
  register_all_commands(commands);
  return parse_and_run(app, commands, {arguments.begin(), arguments.end()});
}

}  // namespace

int run(int argc, char** argv) {
  install_terminate_handler();
  const auto arguments = std::span(argv, static_cast<std::size_t>(argc));
  const bool json = std::any_of(arguments.begin(), arguments.end(),
                                [](const char* argument) { return std::string_view(argument) == "--json"; });
  StandardStreams streams;
  try {
    const int status = run_command(argc, argv);
    streams.finish();
    return status;
  } catch (const Error& error) {
    return report_failure(error, json);
  } catch (const std::bad_alloc&) {
    return report_failure(no_memory, 1, json);
  } catch (const std::filesystem::filesystem_error& error) {
    return report_failure(explained(error), json);
  } catch (const std::exception& error) {
    return report_failure(error.what(), 1, json);
  }
}

}  // namespace lehr::cli

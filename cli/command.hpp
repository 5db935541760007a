#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// Commands and their options, without the types of CLI11. CLI11 parses the command line and takes seconds to
/// compile, so few sources include it.
namespace lehr::cli {

/// An option that was added to a command. It can be copied; the command owns the option.
class Option {
 public:
  explicit Option(CLI::Option& option) : option_(&option) {}

  /// Sets the heading under which the help lists the option.
  Option group(const std::string& heading) const;
  /// Sets what the help shows for the value: "N".
  Option type_name(const std::string& name) const;
  /// Sets the default that the help shows.
  Option default_str(const std::string& text) const;
  Option required() const;
  Option takes_one() const;
  /// Keeps all given values. Without this, only the last one counts.
  Option takes_all() const;

 private:
  CLI::Option* option_;
};

/// A command of the command line. It can be copied; the program owns the command.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  // A name without dashes is a positional argument. Values are written to the target while the line
  // is parsed.
  Option option(const std::string& name, std::string& target, const std::string& help) const;
  Option option(const std::string& name, std::vector<std::string>& target, const std::string& help) const;
  Option option(const std::string& name, std::vector<std::filesystem::path>& target,
                const std::string& help) const;
  Option option(const std::string& name, const std::function<void(const std::string&)>& take,
                const std::string& help) const;
  /// An option whose value may be left out; `take` then gets an empty text.
  Option option_or_flag(const std::string& name, const std::function<void(const std::string&)>& take,
                        const std::string& help) const;
  Option flag(const std::string& name, bool& target, const std::string& help) const;
  /// Calls `given` if the command line has the flag.
  Option flag(const std::string& name, const std::function<void()>& given, const std::string& help) const;

  /// Sets an option as if it were on the command line.
  void give(const std::string& option, const std::string& value) const;

  CLI::App& app() const { return *app_; }

 private:
  CLI::App* app_;
};

}  // namespace lehr::cli

#include "expand.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "config_file.hpp"
#include "lehr/core/error.hpp"
#include "recipes.hpp"
#include "runs.hpp"
#include "train_options.hpp"

namespace lehr::cli {
namespace {

/// An App with the options of `lehr train` that nobody else sees.
MakeApp train_app() {
  return [options = std::make_shared<TrainOptions>()](CLI::App& app) {
    app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->disable_flag_override();
    add_train_options(app, *options);
  };
}

/// Which options a line gives; what is wrong with it comes to light when it is parsed in earnest.
class Given {
 public:
  explicit Given(std::vector<std::string> arguments) {
    make_(app_);
    std::ranges::reverse(arguments);
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::Error&) {  // NOLINT(bugprone-empty-catch)
    } catch (const Error&) {       // NOLINT(bugprone-empty-catch)
    }
  }
  std::string value(const std::string& option) const {
    const CLI::Option* found = app_.get_option(option);
    return found->count() > 0 ? found->results().back() : std::string();
  }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app_.get_options()) {
      if (option->count() > 0 && !option->get_lnames().empty()) names.push_back(option->get_lnames().front());
    }
    return names;
  }

 private:
  MakeApp make_ = train_app();  // owns what the options of app_ write to
  CLI::App app_;
};

void check_resume(const Given& given) {
  const std::vector<std::string> allowed{"resume", "verify", "out",          "threads",
                                         "json",   "quiet",  "trace-events", "time-limit"};
  for (const std::string& name : given.names()) {
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    throw BadInput("--" + name + " contradicts --resume, which goes on with the run's own options");
  }
}

std::vector<std::string> from_elsewhere(const Given& given) {
  std::vector<std::string> arguments;
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  if (const std::string run = given.value("--resume"); !run.empty()) {
    check_resume(given);
    const std::string out = given.value("--out");
    add(config_file_arguments(find_run(run, out.empty() ? "runs" : out).folder / "config.toml", train_app()));
    return arguments;
  }
  if (const std::string recipe = given.value("--recipe"); !recipe.empty()) {
    add(config_arguments(recipe_text(recipe), "recipe " + recipe, train_app()));
  }
  if (const std::string config = given.value("--config"); !config.empty()) {
    const std::vector<std::string> of_file = config_file_arguments(config, train_app());
    if (const std::string recipe = Given(of_file).value("--recipe");
        !recipe.empty() && given.value("--recipe").empty()) {
      add(config_arguments(recipe_text(recipe), "recipe " + recipe, train_app()));
    }
    add(of_file);
  }
  return arguments;
}

}  // namespace

std::vector<std::string> expand(std::vector<std::string> arguments) {
  if (arguments.size() < 2 || arguments[1] != "train") return arguments;
  const Given given({arguments.begin() + 2, arguments.end()});
  const std::vector<std::string> more = from_elsewhere(given);
  arguments.insert(arguments.begin() + 2, more.begin(), more.end());
  return arguments;
}

}  // namespace lehr::cli

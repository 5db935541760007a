#include "expand.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "config_file.hpp"
#include "lehr/core/error.hpp"
#include "recipes.hpp"
#include "resume.hpp"
#include "run_names.hpp"
#include "train_options.hpp"

namespace lehr::cli {
namespace {

/// Adds the options of `lehr train`, with targets that nobody else sees.
AddOptions train_options() {
  return [options = std::make_shared<TrainOptions>()](const Command& command) {
    command.app()
        .option_defaults()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
        ->disable_flag_override();
    add_train_options(command, *options);
  };
}

/// Which options a line gives; what is wrong with it comes to light when it is parsed in earnest.
class Given {
 public:
  explicit Given(std::vector<std::string> arguments) {
    const Command command(app_);
    make_(command);
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
  bool has(const std::string& name) const { return app_.get_option("--" + name)->count() > 0; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const CLI::Option* option : app_.get_options()) {
      if (option->count() > 0 && !option->get_lnames().empty()) names.push_back(option->get_lnames().front());
    }
    return names;
  }

 private:
  AddOptions make_ = train_options();  // owns what the options of app_ write to
  CLI::App app_;
};

// Data and logs may have moved: the training set is compared by its contents.
void check_resume(const Given& given) {
  const std::vector<std::string> allowed{"resume",
                                         "verify",
                                         "out",
                                         "threads",
                                         "json",
                                         "quiet",
                                         "trace-events",
                                         "time-limit",
                                         "data",
                                         "csv",
                                         "jsonl",
                                         "require-records",
                                         "require-checkpoints"};
  for (const std::string& name : given.names()) {
    if (std::ranges::find(allowed, name) != allowed.end()) continue;
    throw BadInput("--" + name + " contradicts --resume, which goes on with the run's own options");
  }
}

/// The options of the run at a place that is resumed.
std::vector<std::string> options_of_run(const std::filesystem::path& place) {
  std::vector<std::string> arguments =
      config_file_arguments(run_to_resume(place).folder / file_of(RunPart::options), train_options());
  // Before there was --data-seed, --seed decided the data as well.
  const Given of_run(arguments);
  if (of_run.value("--data-seed").empty() && !of_run.value("--seed").empty()) {
    arguments.insert(arguments.end(), {"--data-seed", of_run.value("--seed")});
  }
  return arguments;
}

std::vector<std::string> from_elsewhere(const Given& given) {
  std::vector<std::string> arguments;
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  if (const std::string recipe = given.value("--recipe"); !recipe.empty()) {
    add(config_arguments(recipe_text(recipe), "recipe " + recipe, train_options()));
  }
  if (const std::string config = given.value("--config"); !config.empty()) {
    const std::vector<std::string> of_file = config_file_arguments(config, train_options());
    if (const std::string recipe = Given(of_file).value("--recipe");
        !recipe.empty() && given.value("--recipe").empty()) {
      add(config_arguments(recipe_text(recipe), "recipe " + recipe, train_options()));
    }
    add(of_file);
  }
  return arguments;
}

}  // namespace

std::vector<std::string> expand(std::vector<std::string> arguments) {
  if (arguments.size() < 2 || arguments[1] != "train") return arguments;
  const Given given({arguments.begin() + 2, arguments.end()});
  if (!given.has("resume")) {
    const std::vector<std::string> more = from_elsewhere(given);
    arguments.insert(arguments.begin() + 2, more.begin(), more.end());
    return arguments;
  }
  check_resume(given);
  const std::string out = given.value("--out");
  const std::filesystem::path place = place_to_resume(given.value("--resume"), out.empty() ? "runs" : out);
  const std::vector<std::string> more = options_of_run(place);
  arguments.insert(arguments.begin() + 2, more.begin(), more.end());
  arguments.push_back("--resume=" + place.string());  // what "latest" means is decided once
  return arguments;
}

}  // namespace lehr::cli

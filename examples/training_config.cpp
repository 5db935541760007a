// Trains from a configuration with this program's own command line, file and option:
//   example_training_config --epochs 1 --images 300
#include <lehr/lehr.hpp>

#include <cstdint>
#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

namespace {

void train_from_a_configuration() {
  lehr::TrainConfig config;
  config.data = "digits:500";
  config.batch_norm = true;
  config.epochs = 2;
  config.out = "config-runs";
  const lehr::TrainResult result = lehr::train(config);
  std::printf("%.1f %% right, saved as %s\n", 100 * result.valid->accuracy, result.place.model.c_str());
}

void follow_and_stop() {
  lehr::TrainConfig config;
  config.data = "digits:500";
  config.out = "config-runs";
  std::stop_source stop;  // stop.request_stop() from any thread
  lehr::TrainHooks hooks;
  hooks.stop = stop.get_token();
  hooks.on_warning = [](const std::string& sentence) { std::printf("warning: %s\n", sentence.c_str()); };
  hooks.before_fit = [&stop](const lehr::TrainStart& start) {
    start.learner.add(lehr::ProgressBar());
    start.learner.on(lehr::Event::after_epoch, [&stop](lehr::Learner& learner) {
      if (learner.history().back().valid.accuracy > 0.5) stop.request_stop();
    });
  };
  lehr::TrainResult result = lehr::train(config, hooks);
  std::printf("%s\n", result.ending.text.c_str());

  config.resume = result.place.folder;  // goes on, and ends with the same weights
  result = lehr::train(config);
  std::printf("%lld epochs\n", static_cast<long long>(result.epochs));
}

void own_option(const std::vector<std::string>& arguments) {
  lehr::ConfigTable table = lehr::train_config_table();
  table.add(lehr::own_field("images", lehr::FieldType::integer, "generated images", std::int64_t{500}));

  lehr::TrainConfig config;
  config.out = "config-runs";
  lehr::give_arguments(config, arguments, table);

  lehr::TrainHooks hooks;
  hooks.table = &table;
  hooks.data = lehr::data::digits({.train = table.integer(config, "images"), .valid = 100});
  const lehr::TrainResult result = lehr::train(config, hooks);
  std::printf("%s", lehr::config_toml(result.config, table).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty()) arguments = {"--epochs", "1", "--images", "300"};
  train_from_a_configuration();
  follow_and_stop();
  own_option(arguments);
}

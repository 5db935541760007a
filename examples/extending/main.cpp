// A program with its own operation, loss, model, data set, optimizer and command line. The command
// line selects the others by name:
//
//   extending train [OPTION...]     options of lehr train, and --stop-after; none: a short run
//   extending train --resume RUN    resumes a run in another process, with the same bits at the end
//   extending evaluate MODEL DATA   loads a saved model
//   extending options               lists the options
#include <lehr/lehr.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "register.hpp"

namespace {

using Arguments = std::vector<std::string>;

lehr::ConfigTable options() {
  lehr::ConfigTable table = lehr::train_config_table();
  lehr::ConfigField stop_after = lehr::own_field("stop-after", lehr::FieldType::integer,
                                                 "training batches, then stop; 0: all", std::int64_t{0});
  stop_after.value_name = "N";
  stop_after.recorded = false;  // applies to one call and is not recorded
  stop_after.on_resume = lehr::OnResume::free;
  table.add(stop_after);
  return table;
}

int train(Arguments arguments) {
  if (arguments.empty()) {
    arguments = {
        "--data", "stripes:200", "--model", "stripes-net", "--loss",         "focal",    "--optimizer",
        "lion",   "--lr",        "0.003",   "--out",       "extending-runs", "--epochs", "2"};
  }
  const lehr::ConfigTable table = options();
  lehr::TrainConfig config;
  lehr::give_arguments(config, arguments, table);
  lehr::TrainHooks hooks;
  hooks.table = &table;
  hooks.before_fit = [&](const lehr::TrainStart& start) {
    const std::int64_t last = table.integer(config, "stop-after");
    start.learner.on(lehr::Event::after_batch, [last](lehr::Learner& learner) {
      const lehr::Progress& at = learner.progress();
      if (at.training && at.train_batches == last) learner.request_stop();
    });
  };
  const lehr::TrainResult result = lehr::train(config, hooks);
  std::printf("%s\n", result.ending.text.c_str());
  if (result.interrupted) {
    std::printf("extending train --resume %s\n", result.place.folder.c_str());
    return 130;
  }
  std::printf("%s\n", result.place.model.c_str());
  return 0;
}

int evaluate(const Arguments& arguments) {
  if (arguments.size() != 2) throw lehr::BadInput("extending evaluate needs a model and data");
  const lehr::Model model = lehr::load_model(arguments[0]);
  const lehr::DataSplits data = lehr::data::open_data(arguments[1]);
  const lehr::Evaluation result = lehr::evaluate(model, *data.valid);
  std::printf("%.1f %% of the validation images right\n", 100 * result.accuracy);
  return 0;
}

int run(const std::string& command, const Arguments& arguments) {
  if (command == "train") return train(arguments);
  if (command == "evaluate") return evaluate(arguments);
  if (command != "options") throw lehr::BadInput("extending takes train, evaluate or options");
  std::printf("%s", lehr::options_help(options()).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    register_everything();
    const Arguments all(argv + 1, argv + argc);
    return all.empty() ? train({}) : run(all.front(), {all.begin() + 1, all.end()});
  } catch (const lehr::Error& error) {
    std::fprintf(stderr, "extending: %s\n", error.what());
    return static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "extending: %s\n", error.what());
    return 1;
  }
}

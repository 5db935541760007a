#include <algorithm>

#include "lehr/callbacks/measurements.hpp"
#include "run/fields.hpp"

namespace lehr::run {
namespace {

constexpr std::int64_t most_batches = most_epochs * most_epochs;

constexpr std::int64_t most_growth = 1000;

void of_epochs(ConfigField& field) {
  field.integers = {1, most_epochs};
  field.unit = "epochs";
}

void add_watching(Rows& rows) {
  rows.add("monitor", &TrainConfig::monitor,
           "metric that --early-stopping, --reduce-on-plateau and --save-best watch; lower is better for "
           "losses, cross_entropy and error_rate, higher for the others",
           [](ConfigField& field) { field.value_name = "METRIC"; });
  rows.add("early-stopping", &TrainConfig::early_stopping, "stop after N epochs without improvement",
           of_epochs);
  rows.add("reduce-on-plateau", &TrainConfig::reduce_on_plateau,
           "lower the learning rate after N epochs without improvement", of_epochs);
  rows.add("save-best", &TrainConfig::save_best, "keep the best epoch's model as best.safetensors",
           needs_saving);
  rows.add("plateau-factor", &TrainConfig::plateau_factor,
           "factor by which --reduce-on-plateau multiplies the rate", [](ConfigField& field) {
             field.reals = {0, 1};
             needs(field, "--reduce-on-plateau",
                   [](const TrainConfig& config) { return config.reduce_on_plateau.has_value(); });
           });
}

void add_changing(Rows& rows) {
  rows.add("accumulate", &TrainConfig::accumulate, "accumulate the gradients of N batches for each step",
           [](ConfigField& field) {
             field.integers = {1, most_epochs};
             field.unit = "batches";
           });
  rows.add(
      "grow-batch", &TrainConfig::grow_batch,
      "multiply --accumulate by N after each third of the training, where --schedule step would lower the "
      "rate",
      [](ConfigField& field) {
        field.integers = {1, most_growth};
      });
  rows.add("clip-norm", &TrainConfig::clip_norm, "clip the norm of all gradients together to X");
  rows.add("clip-value", &TrainConfig::clip_value, "clip each gradient to X");
  rows.add("clip-adaptive", &TrainConfig::clip_adaptive,
           "clip the gradient norm of each output unit to X times its weight norm");
  rows.add("ema", &TrainConfig::ema, "average the weights with this decay", [](ConfigField& field) {
    field.reals = {0, 1};
  });
  rows.add("mixup", &TrainConfig::mixup, "mix pairs of images; X is alpha of the Beta distribution");
  rows.add("cutmix", &TrainConfig::cutmix,
           "paste rectangles of other images; X is alpha of the Beta distribution");
  rows.add("time-limit", &TrainConfig::time_limit,
           "minutes after which the training stops, including those before a resume; 0: no limit",
           [](ConfigField& field) {
             field.unit = "minutes";
             field.on_resume = OnResume::free;
           });
}

void add_log(Rows& rows, const char* key, std::filesystem::path TrainConfig::*file, const char* help) {
  rows.add(key, file, help, [](ConfigField& field) {
    names_path(field, "a file name");
    field.on_resume = OnResume::replace;
    field.absolute = [](const std::string& text) { return std::filesystem::absolute(text).string(); };
  });
}

std::vector<std::string> measurement_names() {
  std::vector<std::string> names;
  for (const EpochMeasurement& one : epoch_measurements()) names.push_back(one.name);
  return names;
}

void add_measurements(Rows& rows) {
  rows.add("measure", &TrainConfig::measure,
           "measurements to record for each epoch (docs/measurements.md): " + list_of(measurement_names()),
           [](ConfigField& field) {
             field.choices = measurement_names;
             field.parse = [](const std::string&, const std::string& text) {
               std::vector<std::string> names = split_list(text);
               for (const std::string& name : names) epoch_measurement(name);
               return names;
             };
             field.rules.push_back({[](const TrainConfig& config) {
                                      return config.validate || std::ranges::find(config.measure, "valley") ==
                                                                    config.measure.end();
                                    },
                                    "valley contradicts --no-validate"});
           });
}

void add_checkpoints(Rows& rows) {
  rows.add("checkpoint-batches", &TrainConfig::checkpoint_batches,
           "write a checkpoint every N batches; 0: never", [](ConfigField& field) {
             field.integers = {0, most_batches};
             field.unit = "batches";
             needs_saving(field);
           });
  rows.add("checkpoint-minutes", &TrainConfig::checkpoint_minutes,
           "write a checkpoint every X minutes; 0: never", [](ConfigField& field) {
             field.unit = "minutes";
             needs_saving(field);
           });
  rows.add("checkpoint-epochs", &TrainConfig::checkpoint_epochs,
           "write a checkpoint every N epochs; 0: only at the end", [](ConfigField& field) {
             field.integers = {0, most_epochs};
             field.unit = "epochs";
             needs_saving(field);
           });
  rows.add("keep-checkpoints", &TrainConfig::keep_checkpoints, "keep the last N checkpoints; 0: all",
           [](ConfigField& field) {
             field.integers = {0, most_epochs};
             needs_saving(field);
           });
  rows.add("require-checkpoints", &TrainConfig::require_checkpoints,
           "stop if the disk does not take a checkpoint; without it the training goes on if there is an "
           "earlier one",
           [](ConfigField& field) {
             field.recorded = false;
             field.on_resume = OnResume::free;
             needs_saving(field);
           });
}

}  // namespace

void add_callback_fields(ConfigTable& table) {
  Rows rows(table, "Callbacks");
  add_watching(rows);
  add_changing(rows);
  add_measurements(rows);
  add_log(rows, "csv", &TrainConfig::csv, "write a line of comma-separated values for each epoch");
  add_log(rows, "jsonl", &TrainConfig::jsonl, "write a line with a JSON object for each epoch");
  add_checkpoints(rows);
  rows.add_negation("no-diagnose", &TrainConfig::diagnose,
                    "do not warn while it trains of what goes wrong (docs/diagnosis.md)",
                    [](ConfigField& field) {
                      field.recorded = false;
                      field.on_resume = OnResume::free;
                    });
}

}  // namespace lehr::run

#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/schedule.hpp"
#include "run/fields.hpp"

namespace lehr::run {
namespace {

constexpr double most_init_gain = 1e6;
constexpr std::int64_t most_samples_a_batch = 1'000'000;

/// Parses a name by checking it with `check`. The value is the name itself.
auto checked_name(void (*check)(const std::string& name)) {
  return [check](const std::string&, const std::string& name) {
    check(name);
    return ConfigValue(name);
  };
}

void add_optimizer(Rows& rows) {
  rows.add("batch-size", &TrainConfig::batch_size, "images in each batch", [](ConfigField& field) {
    field.integers = {1, most_samples_a_batch};
    field.unit = "images";
  });
  rows.add("optimizer", &TrainConfig::optimizer, "one of " + list_of(optimizer_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = optimizer_names;
             field.parse = checked_name([](const std::string& name) { optimizer_by_name(name); });
           });
  rows.add("momentum", &TrainConfig::momentum,
           "momentum of the optimizer (adam: beta1); not with a schedule that sets it",
           [](ConfigField& field) {
             field.reals = {0, 1};
           });
  rows.add("weight-decay", &TrainConfig::weight_decay,
           "weight decay: L2, or decoupled for adamw and adam-fastai; not on biases and norms");
  rows.add("decoupled-weight-decay", &TrainConfig::decoupled_weight_decay,
           "multiply weights by 1 - rate * X in each step");
  rows.add("l1", &TrainConfig::l1, "L1 penalty, on the same weights as weight decay");
}

std::vector<std::string> balances() { return {"none", "sampler", "weights"}; }

bool is_cross_entropy(const TrainConfig& config) { return config.loss == TrainConfig().loss; }

void add_loss(Rows& rows) {
  rows.add("loss", &TrainConfig::loss, "what the training minimises: " + list_of(loss_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = loss_names;
             field.parse = checked_name([](const std::string& name) { make_loss(name); });
           });
  rows.add("label-smoothing", &TrainConfig::label_smoothing,
           "share of each target that is spread evenly over all classes", [](ConfigField& field) {
             field.reals = {0, 1};
             needs(field, "--loss cross_entropy", is_cross_entropy);
           });
  rows.add("class-weights", &TrainConfig::class_weights,
           "weight of each class in the loss, which is the mean by weight (only ratios count, mixed images "
           "included)",
           [](ConfigField& field) { needs(field, "--loss cross_entropy", is_cross_entropy); });
  rows.add("balance", &TrainConfig::balance,
           "make up for rare classes: sampler (each epoch draws equally many images of each class), weights "
           "(class weights inverse to the number of images) or none",
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = balances;
             field.parse = checked_name([](const std::string& name) {
               const std::vector<std::string> names = balances();
               if (std::ranges::find(names, name) == names.end()) throw unknown_name("balance", name, names);
             });
             contradicts(field, "--class-weights", [](const TrainConfig& config) {
               return config.balance == "none" || config.class_weights.empty();
             });
           });
}

void add_start(Rows& rows) {
  rows.add("weights", &TrainConfig::weights,
           "start from the weights of a saved model: its file, or a run; its mean and std are kept too",
           [](ConfigField& field) {
             names_path(field, "a file name");
             field.absolute = [](const std::string& text) {
               return std::filesystem::absolute(text).string();
             };
             const auto is_default = [](const char* key, auto member) {
               return [key, member](const TrainConfig& config) {
                 return !config.given.contains(key) && config.*member == TrainConfig().*member;
               };
             };
             contradicts(field, "--init", is_default("init", &TrainConfig::init));
             contradicts(field, "--init-gain", is_default("init-gain", &TrainConfig::init_gain));
           });
  rows.add("init", &TrainConfig::init, "initialisation of the weights: " + list_of(initialisation_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = initialisation_names;
             field.parse = checked_name([](const std::string& name) { initialisation_by_name(name); });
           });
  rows.add("init-gain", &TrainConfig::init_gain, "multiply the initial weights of layers by X",
           [](ConfigField& field) {
             field.reals = {0, most_init_gain};
           });
  rows.add("seed", &TrainConfig::seed,
           "seed of initial weights, order of the data, dropout and mixing; not of the data");
}

ConfigValue parse_rate(const std::string& option, const std::string& text) {
  if (text == "auto") return text;
  try {
    return parse_real(option, text, {});
  } catch (const BadInput& error) {
    throw BadInput(std::string(error.what()) + "; auto lets lehr find a rate");
  }
}

std::vector<std::string> schedules_with_end() {
  std::vector<std::string> names = schedules::schedule_names();
  std::erase_if(names, [](const std::string& name) { return !schedules::has_end_rate(name); });
  return names;
}

bool is_wsd(const TrainConfig& config) { return config.schedule == "wsd"; }

void add_schedule(Rows& rows) {
  rows.add("epochs", &TrainConfig::epochs, "passes over the training set", [](ConfigField& field) {
    field.integers = {1, most_epochs};
    field.unit = "epochs";
  });
  rows.add_own("lr", FieldType::real,
               "learning rate, for one-cycle the highest; auto: use the valley that find-lr suggests",
               [](ConfigField& field) {
                 field.parse = parse_rate;
                 field.get = [](const TrainConfig& config) {
                   return config.find_lr ? ConfigValue("auto") : ConfigValue(config.lr);
                 };
                 field.set = [](TrainConfig& config, const ConfigValue& value) {
                   config.find_lr = std::holds_alternative<std::string>(value);
                   if (!config.find_lr) config.lr = std::get<double>(value);
                 };
               });
  rows.add("schedule", &TrainConfig::schedule, "one of " + list_of(schedules::schedule_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = schedules::schedule_names;
             field.parse =
                 checked_name([](const std::string& name) { schedules::schedule_by_name(name, 0.01, 1); });
           });
  rows.add("warm-up", &TrainConfig::warm_up, "epochs of linear warm-up before the schedule",
           [](ConfigField& field) { field.unit = "epochs"; });
  rows.add("lr-end", &TrainConfig::lr_end,
           "learning rate at the end of a schedule that falls (default: the schedule's own)",
           [](ConfigField& field) {
             needs(field, "a --schedule that falls to a rate: " + list_of(schedules_with_end()),
                   [](const TrainConfig& config) { return schedules::has_end_rate(config.schedule); });
           });
  rows.add("cooldown", &TrainConfig::cooldown,
           "share of the training, at its end, in which wsd lowers the rate; 0: never",
           [](ConfigField& field) {
             field.reals = {0, 1};
             needs(field, "--schedule wsd", is_wsd);
           });
  rows.add("cooldown-shape", &TrainConfig::cooldown_shape,
           "how wsd lowers the rate: sqrt (by 1 - the root of the cooldown's progress) or linear",
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = schedules::cooldown_shape_names;
             field.parse =
                 checked_name([](const std::string& name) { schedules::cooldown_shape_by_name(name); });
             needs(field, "--schedule wsd", is_wsd);
           });
}

std::vector<std::string> lower_is_better() {
  std::vector<std::string> names = metric_names();
  std::erase_if(names, [](const std::string& name) { return metric_by_name(name)->higher_is_better(); });
  return names;
}

void add_metrics(Rows& rows) {
  rows.add("metrics", &TrainConfig::metrics,
           fmt::format("further metrics of the validation set: {} (top_K_accuracy for any K); lower is "
                       "better for {}",
                       list_of(metric_names()), list_of(lower_is_better())),
           [](ConfigField& field) {
             field.parse = [](const std::string&, const std::string& text) {
               std::vector<std::string> names = split_list(text);
               for (const std::string& name : names) metric_by_name(name);
               return names;
             };
             contradicts(field, "--no-validate", [](const TrainConfig& config) { return config.validate; });
           });
}

}  // namespace

void add_recipe_fields(ConfigTable& table) {
  Rows rows(table, "Recipe");
  rows.of_learner(true);
  add_optimizer(rows);
  add_loss(rows);
  add_start(rows);
  rows.of_learner(false);
  add_schedule(rows);
  add_metrics(rows);
}

}  // namespace lehr::run

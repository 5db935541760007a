#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/data/augmentation.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "run/activation_names.hpp"
#include "run/augmentation.hpp"
#include "run/fields.hpp"
#include "run/width_rules.hpp"

namespace lehr::run {
namespace {

constexpr std::int64_t most_channels = 65536;
constexpr std::int64_t largest_kernel = 1001;
constexpr std::int64_t most_convolutions = 1000;

bool is_general(const TrainConfig& config) { return config.activation == "general-relu"; }

bool has_leak(const TrainConfig& config) { return config.activation == "leaky-relu" || is_general(config); }

bool has_no_channels(const TrainConfig& config) { return config.channels.empty(); }

std::vector<std::string> augmentations() {
  std::vector<std::string> names = data::augmentation_names();
  names.insert(names.begin(), data_augmentation);
  return names;
}

}  // namespace

void add_data_fields(ConfigTable& table) {
  Rows rows(table, "");
  rows.of_learner(true);
  rows.add("data", &TrainConfig::data,
           "training and validation data: digits, digits:N, mnist:DIR, inverted:DATA (schemes: " +
               list_of(data::scheme_names()) + ")",
           [](ConfigField& field) {
             field.value_name = "DATA";
             field.absolute = [](const std::string& text) { return data::absolute_name(text); };
             field.on_resume = OnResume::replace;
             field.parse = [](const std::string& option, const std::string& text) {
               return parse_name(option, text, "a data set");
             };
           });
  rows.add("data-seed", &TrainConfig::data_seed,
           "seed of generated data such as digits, and of --label-noise");
  rows.add("label-noise", &TrainConfig::label_noise,
           "share of the training labels that are replaced by wrong ones; the validation labels stay",
           [](ConfigField& field) {
             field.reals = {0, 1};
           });
  rows.add("augment", &TrainConfig::augment,
           "random changes of the training pictures: " + list_of(augmentations()) +
               ", or a TOML file of transforms; auto: what the data suggests",
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = augmentations;
             field.on_resume = OnResume::replace;
             field.absolute = [](const std::string& text) {
               return is_augmentation_file(text) ? std::filesystem::absolute(text).string() : text;
             };
             field.parse = [](const std::string& option, const std::string& text) {
               check_augmentation(option, text);
               return text;
             };
           });
}

void add_network_fields(ConfigTable& table) {
  Rows rows(table, "Network");
  rows.of_learner(true);
  rows.add("model", &TrainConfig::model, "the network: " + list_of(models::model_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = [] { return models::model_names(); };
           });
  rows.add("batch-norm", &TrainConfig::batch_norm, "normalise after each convolution");
  rows.add("activation", &TrainConfig::activation, "one of " + list_of(activation_names()),
           [](ConfigField& field) {
             field.value_name = "NAME";
             field.choices = activation_names;
             field.parse = [](const std::string&, const std::string& text) {
               return name_of_activation(activation_named(text));
             };
           });
  rows.add("leak", &TrainConfig::leak, "slope below zero of leaky-relu and general-relu",
           [](ConfigField& field) { needs(field, "--activation leaky-relu or general-relu", has_leak); });
  rows.add("subtract", &TrainConfig::subtract, "general-relu: subtracted from its output",
           [](ConfigField& field) { needs(field, "--activation general-relu", is_general); });
  rows.add("clamp", &TrainConfig::clamp, "general-relu: upper bound of its output",
           [](ConfigField& field) { needs(field, "--activation general-relu", is_general); });
  rows.add("channels", &TrainConfig::channels,
           "output channels of the convolutions, such as 8,16,32,64 (default: the network's own)",
           [](ConfigField& field) {
             field.integers = {1, most_channels};
           });
  rows.add("widths", &TrainConfig::widths,
           "width of each stage by the one before: keep, sqrt2, double, quadruple or a factor such as 2.5 "
           "(default: "
           "the network's own)",
           [](ConfigField& field) {
             field.value_name = "RULE";
             field.choices = width_rule_names;
             field.parse = [](const std::string& option, const std::string& text) {
               width_factor(option, text);
               return text;
             };
             contradicts(field, "--channels", has_no_channels);
           });
  rows.add("base-width", &TrainConfig::base_width,
           "channels of the first stage, from which the others follow (default: the network's own)",
           [](ConfigField& field) {
             field.integers = {1, most_channels};
             contradicts(field, "--channels", has_no_channels);
           });
  rows.add("first-kernel", &TrainConfig::first_kernel,
           "kernel size of the first convolution (default: the network's own)", [](ConfigField& field) {
             field.integers = {1, largest_kernel};
             field.unit = "pixels";
           });
  rows.add(
      "stem-convs", &TrainConfig::stem_convs,
      "simple-cnn: replace the first convolution by N of 3x3, which together see 2N + 1 pixels; 1: do not",
      [](ConfigField& field) {
        field.integers = {1, most_convolutions};
        contradicts(field, "--first-kernel", [](const TrainConfig& config) {
          return config.stem_convs.value_or(1) == 1 || !config.first_kernel;
        });
      });
  rows.add("depth", &TrainConfig::depth,
           "simple-cnn: convolutions in total; 3x3 convolutions of stride 1 are added (default: none)",
           [](ConfigField& field) {
             field.integers = {1, most_convolutions};
           });
  rows.add("dropout", &TrainConfig::dropout, "share of the last layer's inputs that are dropped",
           [](ConfigField& field) {
             field.reals = {0, 1};
           });
}

}  // namespace lehr::run

#include <algorithm>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/data/augmentation.hpp"
#include "lehr/data/data.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/models/models.hpp"
#include "run/activation_names.hpp"
#include "run/augmentation.hpp"
#include "run/cache_size.hpp"
#include "run/fields.hpp"
#include "run/input_shape.hpp"
#include "run/width_rules.hpp"

namespace lehr::run {
namespace {

constexpr std::int64_t most_channels = 65536;
constexpr std::int64_t most_megapixels = 4295;  // of a square with the longest sides that are read
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

void add_division(Rows& rows) {
  rows.add("valid-share", &TrainConfig::valid_share,
           "share of each class that validates, for data without a validation set (default: 0.2, or the test "
           "set validates)",
           [](ConfigField& field) {
             field.reals = {0, 1};
           });
  rows.add("test-share", &TrainConfig::test_share, "share of each class that is set aside as a test set",
           [](ConfigField& field) {
             field.reals = {0, 1};
           });
  rows.add(
      "group", &TrainConfig::group,
      "regular expression; pictures in whose paths it finds the same text (or first group) stay in one set",
      [](ConfigField& field) { field.value_name = "REGEX"; });
  rows.add("skip-unreadable", &TrainConfig::skip_unreadable,
           "read all pictures first and leave out those that cannot be read, with a warning");
  rows.add("max-megapixels", &TrainConfig::max_megapixels,
           "largest picture that is read, in millions of pixels; larger ones count as unreadable",
           [](ConfigField& field) {
             field.integers = {1, most_megapixels};
             field.unit = "megapixels";
           });
}

void add_cache(Rows& rows) {
  const auto size = [](ConfigField& field) {
    field.value_name = "SIZE";
    field.choices = [] { return std::vector<std::string>{"auto", "off"}; };
    field.on_resume = OnResume::free;
    field.recorded = false;
    field.parse = [](const std::string& option, const std::string& text) {
      cache_size(option, text);
      return ConfigValue(text);
    };
  };
  rows.add("cache", &TrainConfig::cache,
           "memory for decoded pictures: auto (a quarter of what is free), off, or bytes such as 2GiB", size);
  rows.add("cache-dir", &TrainConfig::cache_dir,
           "folder that keeps decoded pictures for later trainings (default: none)", [](ConfigField& field) {
             names_path(field, "a folder name");
             field.on_resume = OnResume::free;
             field.recorded = false;
             field.absolute = [](const std::string& text) {
               return std::filesystem::absolute(text).string();
             };
           });
  rows.add("cache-dir-size", &TrainConfig::cache_dir_size,
           "what --cache-dir may hold: auto (half of what its disk has free), off, or bytes such as 20GiB",
           [size](ConfigField& field) {
             size(field);
             needs(field, "--cache-dir", [](const TrainConfig& config) { return !config.cache_dir.empty(); });
           });
}

void add_input(Rows& rows) {
  rows.add(
      "image-size", &TrainConfig::image_size,
      "size of the network's input in pixels: N or WIDTHxHEIGHT (default: that of the pictures; at most 64 "
      "if they differ)",
      [](ConfigField& field) {
        field.value_name = "SIZE";
        field.choices = [] { return std::vector<std::string>{"128", "160x120"}; };
        field.parse = [](const std::string& option, const std::string& text) {
          image_size(option, text);
          return ConfigValue(text);
        };
      });
  rows.add("fit", &TrainConfig::fit,
           "how pictures of other sizes are fitted: crop (the middle), pad (black edges) or squash (default: "
           "crop)",
           [](ConfigField& field) {
             field.value_name = "HOW";
             field.choices = [] { return std::vector<std::string>{"crop", "pad", "squash"}; };
             field.parse = [](const std::string&, const std::string& text) {
               return ConfigValue(std::string(image::name_of(image::fit_by_name(text))));
             };
           });
  const auto chosen = [](std::vector<std::string> names) {
    return [names = std::move(names)](ConfigField& field) {
      field.value_name = "NAME";
      field.choices = [names] { return names; };
      field.parse = [names](const std::string& option, const std::string& text) {
        if (std::find(names.begin(), names.end(), text) == names.end())
          refuse_value(option, list_of(names), text);
        return ConfigValue(text);
      };
    };
  };
  rows.add("filter", &TrainConfig::filter, "how pictures are resized: bilinear, bicubic or lanczos",
           chosen({"bilinear", "bicubic", "lanczos"}));
  rows.add("background", &TrainConfig::background, "what is behind transparent pixels: white or black",
           chosen({"white", "black"}));
  rows.add("channels-in", &TrainConfig::channels_in,
           "channels of the input: 1 (grey) or 3 (colour) (default: 3 if a picture has colour)",
           [](ConfigField& field) {
             field.choices = [] { return std::vector<std::string>{"1", "3"}; };
             field.parse = [](const std::string& option, const std::string& text) {
               const std::int64_t channels = parse_integer(option, text, {});
               if (channels != 1 && channels != 3) refuse_value(option, "1 or 3", text);
               return ConfigValue(channels);
             };
           });
}

}  // namespace

void add_data_fields(ConfigTable& table) {
  Rows rows(table, "");
  rows.of_learner(true);
  rows.add(
      "data", &TrainConfig::data,
      "training and validation data: digits, digits:N, mnist:DIR, folder:PATH, inverted:DATA (schemes: " +
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
           "seed of generated data such as digits, of the division into sets, and of --label-noise");
  add_division(rows);
  add_cache(rows);
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
  add_input(rows);
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

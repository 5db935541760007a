#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lehr {

/// The value of a field of a configuration. std::monostate means that the field has no value.
using ConfigValue = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string,
                                 std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

/// A training as plain values: the options of `lehr train`. train_config_table() describes each
/// field; lehr::train() checks the values and trains. Names (of data, models, optimizers, ...) are
/// looked up when the training begins.
struct TrainConfig {
  // Data.
  std::string data = "digits";
  std::uint64_t data_seed = 0;          ///< of generated data, of the division into sets and of wrong labels
  std::optional<double> valid_share{};  ///< as in DataRequest, also the next three
  double test_share = 0;
  std::string group{};
  bool skip_unreadable = false;
  std::int64_t max_megapixels = 64;  ///< of a picture in a file, in millions of pixels
  std::string cache = "auto";        ///< memory for decoded pictures: "auto", "off" or bytes such as "2GiB"
  std::string cache_dir{};           ///< folder that keeps decoded pictures for later trainings; empty: none
  std::string cache_dir_size = "auto";  ///< what it may take, as for `cache`
  double label_noise = 0;               ///< share of the training labels that are made wrong
  /// What random changes are made to the training pictures: a name of data::augmentation_names(), a TOML file
  /// of transforms, or "auto" for what the data suggests (DataSplits::augment).
  std::string augment = "auto";
  // How a picture becomes the network's input. Without a value: as input_shape() and make_learner() choose.
  std::string image_size{};  ///< "128", or "160x120" as width x height
  std::optional<std::int64_t> channels_in{};
  std::string fit{};                 ///< "crop", "pad" or "squash"
  std::string filter = "bilinear";   ///< of resizing: a name of Filter
  std::string background = "white";  ///< behind transparent pixels: a name of Background

  // Network. A field without a value means the network's own default.
  std::string model = "simple-cnn";
  bool batch_norm = false;
  std::string activation = "relu";
  double leak = 0.01;
  double subtract = 0;
  std::optional<double> clamp{};
  std::vector<std::int64_t> channels{};
  std::string widths{};  ///< "keep", "sqrt2", "double", "quadruple" or a factor such as "2.5"
  std::optional<std::int64_t> base_width{};
  std::optional<std::int64_t> first_kernel{};
  std::optional<std::int64_t> stem_convs{};
  std::optional<std::int64_t> depth{};
  double dropout = 0;

  // Recipe. A field without a value means the default of the optimizer or of the schedule.
  std::int64_t batch_size = 64;
  std::string optimizer = "adam";
  std::optional<double> momentum{};
  std::optional<double> weight_decay{};
  std::optional<double> decoupled_weight_decay{};
  double l1 = 0;
  std::string loss = "cross_entropy";
  double label_smoothing = 0;
  std::vector<double> class_weights{};
  std::string balance = "none";     ///< what makes up for rare classes: "none", "sampler" or "weights"
  std::filesystem::path weights{};  ///< a saved model, or the folder of a run, to start from
  std::string init = "kaiming-normal";
  double init_gain = 1;  ///< factor on the initial weights
  std::uint64_t seed = 0;
  std::int64_t epochs = 5;
  double lr = 0.01;
  bool find_lr = false;  ///< replaces lr by the valley that the rate finder suggests
  std::string schedule = "one-cycle";
  double warm_up = 0;  ///< epochs
  std::optional<double> lr_end{};
  double cooldown = 0.2;  ///< share of the training
  std::string cooldown_shape = "sqrt";
  std::vector<std::string> metrics{};
  std::vector<std::string> measure{};  ///< names of epoch_measurements() for each epoch

  // Callbacks. A callback whose field has no value is not added.
  std::string monitor = "valid_loss";
  std::optional<std::int64_t> early_stopping{};     ///< epochs without improvement
  std::optional<std::int64_t> reduce_on_plateau{};  ///< epochs without improvement
  bool save_best = false;
  double plateau_factor = 0.1;
  std::int64_t accumulate = 1;  ///< batches
  std::optional<std::int64_t> grow_batch{};
  std::optional<double> clip_norm{};
  std::optional<double> clip_value{};
  std::optional<double> clip_adaptive{};
  std::optional<double> ema{};
  std::optional<double> mixup{};
  std::optional<double> cutmix{};
  double time_limit = 0;  ///< minutes; 0: no limit
  std::filesystem::path csv{};
  std::filesystem::path jsonl{};
  std::int64_t checkpoint_batches = 0;
  double checkpoint_minutes = 0;
  std::int64_t checkpoint_epochs = 1;
  std::int64_t keep_checkpoints = 2;
  bool require_checkpoints = false;
  bool diagnose = true;  ///< warn while it trains of what goes wrong

  // Statistics.
  bool stats = false;
  std::optional<std::int64_t> stats_every{};  ///< batches
  std::vector<std::string> stats_layers{};
  bool stats_gradients = false;
  bool stats_weight_histograms = false;
  bool stats_channels = false;
  bool stats_validation = false;
  bool stats_before_activation = false;
  bool stats_histograms = true;
  std::optional<double> stats_budget{};  ///< share of the training time; 0: no limit
  std::vector<std::int64_t> snapshots{};
  std::int64_t snapshots_every = 1;  ///< epochs
  std::vector<std::string> snapshots_layers{};
  bool snapshots_normalised = false;
  bool snapshots_maps = false;

  // Execution.
  std::optional<std::int64_t> threads{};
  std::optional<std::int64_t> workers{};   ///< threads that load data
  std::optional<std::int64_t> prefetch{};  ///< batches
  bool drop_last = false;
  std::int64_t max_batches = 0;  ///< in each epoch; 0: all
  bool validate = true;
  bool train_eval = false;

  // The run.
  std::filesystem::path resume{};  ///< folder of a run, or one of its checkpoints; empty: a new run
  std::filesystem::path out = "runs";
  std::string name{};
  std::string study{};    ///< name of the study to which the run belongs
  std::string variant{};  ///< name of the study's variant
  bool require_records = false;
  bool save = true;

  /// Values of the fields that an application added to its table (own_field).
  std::map<std::string, ConfigValue, std::less<>> own{};
  /// Keys that were given explicitly, even with the default value. ConfigTable::give adds them. A
  /// program that assigns fields does not need to.
  std::set<std::string, std::less<>> given{};
};

}  // namespace lehr

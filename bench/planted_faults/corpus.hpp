#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lehr/run/train.hpp"

/// A corpus of small trainings: some with a planted fault, each beside the same training without it, and
/// others that are healthy. It measures the rules of `lehr diagnose`.
namespace lehr::planted {

/// A training as lehr::train takes it.
struct Training {
  TrainConfig config;
  TrainHooks hooks{};

  /// The data sets, to be changed. Opened from the configuration at the first call.
  DataSplits& data();
  /// Adds a function to TrainHooks::on_learner.
  void on_learner(std::function<void(Learner&)> action);
  /// Changes the configuration's own network.
  void change_network(std::function<Graph(const Graph&)> change);
};

/// The rest of a training: data, network, optimizer and seed.
struct Setting {
  std::string name;
  bool held_out = false;  ///< used only to report, never to tune rules
  TrainConfig config;
};

/// What a fault costs.
enum class Harm {
  accuracy,
  time,
  nothing  ///< a hint is all that can be expected
};

/// What a planted training and its healthy twin have in common beyond the setting.
struct Base {
  std::string name;
  std::function<void(Training&)> prepare{};
  /// Whether the setting must be prepared. Empty: always.
  std::function<bool(const TrainConfig&)> needed{};

  bool applies(const TrainConfig& config) const { return prepare && (!needed || needed(config)); }
};

/// One kind of fault.
struct Fault {
  std::string name;
  /// Rules that name the cause. The first one is the rule that is made for it.
  std::vector<std::string> rules;
  std::function<void(Training&)> plant;
  Base base{};  ///< without a name: the twin is the setting
  Harm harm = Harm::accuracy;
};

/// A healthy training.
struct Healthy {
  std::string name;
  bool held_out = false;
  std::function<Training()> make;
};

/// Real data for more healthy trainings. Empty: none.
struct RealData {
  std::string mnist{};   ///< a folder
  std::string photos{};  ///< a folder or an archive
};

std::vector<Setting> all_settings();
/// Throws Error if two faults have one name.
std::vector<Fault> all_faults();
std::vector<Healthy> all_healthy(const RealData& real);

/// A folder for files that trainings need, such as lists of transforms. It must be set before they are made.
void set_workspace(const std::filesystem::path& folder);
std::filesystem::path in_workspace(const std::string& name);
/// Writes the file and returns its path.
std::string workspace_file(const std::string& name, const std::string& contents);

}  // namespace lehr::planted

#include "corpus.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <ostream>
#include <utility>

#include "faults.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr::planted {
namespace {

/// Trainings share data that is drawn once.
DataSplits opened(const TrainConfig& config) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::uint64_t>, DataSplits> all;
  const std::lock_guard lock(mutex);
  const auto key = std::pair(config.data, config.data_seed);
  const auto found = all.find(key);
  return found != all.end() ? found->second : all.emplace(key, open_training_data(config)).first->second;
}

std::filesystem::path& workspace() {
  static std::filesystem::path folder;
  return folder;
}

}  // namespace

DataSplits& Training::data() {
  if (!hooks.data) hooks.data = opened(config);
  return *hooks.data;
}

void Training::on_learner(std::function<void(Learner&)> action) {
  hooks.on_learner = [before = std::move(hooks.on_learner), action = std::move(action)](Learner& learner) {
    if (before) before(learner);
    action(learner);
  };
}

void Training::change_network(std::function<Graph(const Graph&)> change) {
  hooks.model = [made = std::move(hooks.model), config = config, change = std::move(change)](
                    const Shape& image, std::int64_t classes) {
    return change(made ? made(image, classes) : make_graph(config, image, classes));
  };
}

std::vector<Fault> all_faults() {
  std::vector<Fault> all;
  for (const auto add : {data_faults, network_faults, start_faults, rate_faults, regularisation_faults}) {
    for (Fault& fault : add()) all.push_back(std::move(fault));
  }
  std::ranges::sort(all, {}, &Fault::name);
  const auto twice = std::ranges::adjacent_find(all, {}, &Fault::name);
  if (twice != all.end()) throw Error("there are two faults " + twice->name);
  return all;
}

void set_workspace(const std::filesystem::path& folder) { workspace() = folder; }

std::filesystem::path in_workspace(const std::string& name) {
  return std::filesystem::absolute(workspace() / name);
}

std::string workspace_file(const std::string& name, const std::string& contents) {
  const std::filesystem::path file = in_workspace(name);
  store::write_file_atomically(file, [&](std::ostream& out) { out << contents; });
  return file.string();
}

}  // namespace lehr::planted

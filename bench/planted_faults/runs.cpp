#include "runs.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/graph/json.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr::planted {
namespace {

constexpr const char* graph_file = "graph.json";

/// Calls body(i) for i below `count`, on several threads. Throws the first exception when all are done.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < threads; ++i) workers.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
}

void record_statistics(TrainConfig& config) {
  config.stats = true;
  config.stats_every = 1;  // what is recorded must not depend on the clock
  config.stats_gradients = true;
  config.stats_channels = true;
  config.train_eval = true;
}

Graph read_graph(const std::filesystem::path& file) {
  std::ifstream in(file);
  return graph_from_json(std::string(std::istreambuf_iterator<char>(in), {}));
}

double last_accuracy(const store::RunRecords& run) {
  double accuracy = 0;
  for (const store::EpochRow& epoch : run.epochs) accuracy = epoch.valid_accuracy.value_or(accuracy);
  return accuracy;
}

double seconds_of(const store::RunRecords& run) {
  double seconds = 0;
  for (const store::EpochRow& epoch : run.epochs) seconds += epoch.train_seconds + epoch.valid_seconds;
  return seconds;
}

Judged judged(const std::filesystem::path& folder, const std::string& id) {
  const store::RunRecords run = store::RunStore(folder / "lehr.db").read(id, {.pictures = false});
  const store::RecordedLayers layers = store::recorded_layers(run);
  const Graph graph = read_graph(folder / id / graph_file);
  const Stopwatch watch;
  Judged made{.findings = diagnosis::diagnose({.run = &run, .layers = &layers, .graph = &graph})};
  made.rules_seconds = watch.seconds();
  made.accuracy = last_accuracy(run);
  made.train_seconds = seconds_of(run);
  return made;
}

}  // namespace

Runs::Runs(RunsOptions options) : options_(std::move(options)) {}

void Runs::train(const std::vector<Job>& jobs) {
  const std::map<std::string, std::string> there = recorded();
  std::vector<const Job*> missing;
  std::vector<std::string> old;
  for (const Job& job : jobs) {
    const auto found = there.find(job.name);
    if (found != there.end() && !options_.again) continue;
    if (found != there.end()) old.push_back(found->second);
    missing.push_back(&job);
  }
  remove(old);
  std::atomic<std::size_t> done = 0;
  in_parallel(missing.size(), options_.jobs, [&](std::size_t i) {
    const Stopwatch watch;
    train_one(*missing[i]);
    std::fprintf(stderr, "%zu of %zu  %.1f s  %s\n", ++done, missing.size(), watch.seconds(),
                 missing[i]->name.c_str());
  });
}

std::map<std::string, Judged> Runs::judge(const std::vector<Job>& jobs) const {
  const std::map<std::string, std::string> there = recorded();
  std::vector<std::pair<std::string, std::string>> found;
  for (const Job& job : jobs) {
    if (const auto run = there.find(job.name); run != there.end()) found.emplace_back(*run);
  }
  std::vector<Judged> all(found.size());
  in_parallel(found.size(), options_.jobs,
              [&](std::size_t i) { all[i] = judged(options_.folder, found[i].second); });
  std::map<std::string, Judged> by_name;
  for (std::size_t i = 0; i < found.size(); ++i) by_name.emplace(found[i].first, std::move(all[i]));
  return by_name;
}

std::map<std::string, std::string> Runs::recorded() const {
  std::map<std::string, std::string> ids;
  const std::filesystem::path store = options_.folder / "lehr.db";
  if (!std::filesystem::exists(store)) return ids;
  for (const store::RunInfo& run : store::RunStore(store).runs()) {
    const bool complete = run.status == store::RunStatus::done || run.status == store::RunStatus::diverged;
    if (complete) ids[run.name] = run.id;
  }
  return ids;
}

void Runs::train_one(const Job& job) const {
  Training training = job.make();
  TrainConfig& config = training.config;
  config.name = job.name;
  config.out = options_.folder;
  config.threads = 1;
  config.checkpoint_epochs = 0;
  if (options_.statistics) record_statistics(config);
  training.hooks.before_fit = [](const TrainStart& start) {
    std::ofstream(start.place.folder / graph_file) << to_json(start.learner.model());
  };
  training.hooks.on_warning = [](const std::string&) {};
  try {
    lehr::train(config, training.hooks);
  } catch (const Diverged&) {
    // recorded as well
  } catch (const Error& error) {
    std::fprintf(stderr, "%s: %s\n", job.name.c_str(), error.what());
    throw Error(job.name + ": " + error.what());
  }
}

void Runs::remove(const std::vector<std::string>& ids) const {
  if (ids.empty()) return;
  store::remove_runs(options_.folder / "lehr.db", ids);
  for (const std::string& id : ids) std::filesystem::remove_all(options_.folder / id);
}

}  // namespace lehr::planted

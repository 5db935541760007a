// What it costs to watch a training: fits with ActivationStats and RunRecorder, alternating with
// fits without them.
//
// Every fit is the same training from its start. A round is: plain, watched in one way, plain,
// watched in another way, ... The time of a watched fit is compared with the mean of the plain fits
// before and after it, so that a drift of the machine's speed cancels. The time of a fit counts
// from the end of its first batch, when its plans are made and its store is open, until it returns,
// when the store is written and closed. Prints one JSON line per round and way. The line also
// contains the processor time of all threads, which other programs hardly disturb. With one
// training thread (besides the writer's) it is a measure of its own.
//
// With --diagnose, fits with a Diagnosis alternate with fits that are watched in the same way without
// one.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lehr/core/clock.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/lehr.hpp"

namespace {

using namespace lehr;

struct Arguments {
  std::string model = "simple-cnn";
  std::string data = "digits:60000";  // or "random", pictures of noise
  std::int64_t batch_size = 512;
  bool batch_norm = false;
  std::int64_t max_batches = 0;
  int epochs = 1;
  int rounds = 10;
  int threads = 0;
  std::vector<std::string> ways{"histograms", "numbers", "gradients"};
  bool diagnose = false;
  std::string store;
};

/// Noise images with the shape of CIFAR's.
DataSplits noise() {
  constexpr std::int64_t images = 4096;
  const Shape shape{3, 32, 32};
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * shape.numel()));
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(images));
  Rng random(1, Purpose::test);
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.below(256));
  for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(random.below(10));
  std::vector<std::string> classes;
  for (int i = 0; i < 10; ++i) classes.push_back(std::to_string(i));
  const auto set = std::make_shared<MemoryDataset>(shape, std::move(pixels), std::move(labels), classes);
  return {"random", set, set};
}

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app("what watching a training costs");
  app.add_option("--model", a.model);
  app.add_option("--data", a.data, "as lehr train takes it, or random");
  app.add_option("--batch-size", a.batch_size);
  app.add_flag("--batch-norm", a.batch_norm);
  app.add_option("--max-batches", a.max_batches, "of a fit; 0: an epoch");
  app.add_option("--epochs", a.epochs, "of a fit");
  app.add_option("--rounds", a.rounds);
  app.add_option("--threads", a.threads);
  app.add_option("--ways", a.ways, "histograms, numbers, gradients; none: losses only")->delimiter(',');
  app.add_flag("--diagnose", a.diagnose, "compare each way with and without a Diagnosis");
  app.add_option("--store", a.store, "file of the run store; else a temporary one");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return a;
}

ActivationStatsOptions options_of(const std::string& way, std::int64_t batches) {
  ActivationStatsOptions options{.every = 1};
  options.histograms = way != "numbers";
  options.gradients = way == "gradients";
  // Keeps every batch.
  options.most_points = static_cast<std::size_t>(std::max<std::int64_t>(batches, 16));
  return options;
}

/// Processor time of all threads, in seconds.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Time {
  double seconds = 0;
  double cpu = 0;
};

class Bench {
 public:
  Bench(const Arguments& arguments, DataSplits data)
      : arguments_(arguments), data_(std::move(data)), batches_(whole_batches(arguments, *data_.train)) {}

  void run() {
    fit({});
    for (int round = 0; round < arguments_.rounds; ++round) {
      for (const std::string& way : arguments_.ways) {
        const Kind plain_kind = arguments_.diagnose ? Kind{way, false} : Kind{};
        Time& before = before_.try_emplace(plain_kind.way).first->second;
        if (before.seconds == 0) before = fit(plain_kind);
        const Time watched = fit({way, arguments_.diagnose});
        const double printed = printed_;
        const Time after = fit(plain_kind);
        const Time plain{(before.seconds + after.seconds) / 2, (before.cpu + after.cpu) / 2};
        before = after;
        const nlohmann::json line{{"way", way},
                                  {"round", round},
                                  {"plain_seconds", plain.seconds},
                                  {"watched_seconds", watched.seconds},
                                  {"overhead", watched.seconds / plain.seconds - 1},
                                  {"processor_overhead", watched.cpu / plain.cpu - 1},
                                  {"printed", printed},
                                  {"batches", arguments_.epochs * batches_ - 1}};
        std::printf("%s\n", line.dump().c_str());
        std::fflush(stdout);
      }
    }
  }

 private:
  /// Leaves out a shorter last batch, because it would need its own plans.
  static std::int64_t whole_batches(const Arguments& arguments, const Dataset& set) {
    const std::int64_t all = set.size() / arguments.batch_size;
    return arguments.max_batches > 0 ? std::min(arguments.max_batches, all) : all;
  }

  /// How a fit is watched: the name of a way, or nothing.
  struct Kind {
    std::string way{};
    bool diagnosed = false;
  };

  /// Runs the same training from its start.
  Time fit(const Kind& kind) {
    Learner learner(models::make_model(arguments_.model, {.in = data_.image_shape(),
                                                          .classes = data_.classes(),
                                                          .batch_norm = arguments_.batch_norm}),
                    data_, {.batch_size = arguments_.batch_size, .max_batches = batches_, .validate = false});
    Stopwatch watch;
    double cpu_before = 0;
    learner.on(
        Event::after_batch,
        [&](Learner& at) {
          if (at.progress().batch != 0 || at.progress().epoch != 0) return;
          watch.restart();
          cpu_before = processor_seconds();
        },
        1000);
    if (!kind.way.empty()) {
      RunRecorderOptions recorder;
      recorder.store = arguments_.store;
      recorder.id = "run" + std::to_string(fits_++);
      recorder.pictures = false;
      if (kind.way != "none")
        learner.add(ActivationStats(options_of(kind.way, arguments_.epochs * batches_)));
      learner.add(RunRecorder(recorder));
    }
    if (kind.diagnosed) learner.add(Diagnosis());
    learner.fit(arguments_.epochs, 1e-3);
    const Time time{watch.seconds(), processor_seconds() - cpu_before};
    if (kind.diagnosed) {
      printed_ = learner.callback<Diagnosis>().overhead();
    } else if (!kind.way.empty() && kind.way != "none") {
      printed_ = learner.callback<ActivationStats>().overhead();
    }
    return time;
  }

  const Arguments& arguments_;
  DataSplits data_;
  std::int64_t batches_;
  int fits_ = 0;
  double printed_ = 0;
  std::map<std::string, Time> before_{};  // the last plain fit, by its way
};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments = parse(argc, argv);
  const bool temporary = arguments.store.empty();
  if (temporary) {
    arguments.store =
        (std::filesystem::temp_directory_path() / ("lehr-watching-" + std::to_string(getpid()) + ".db"))
            .string();
  }
  int status = 0;
  try {
    if (arguments.threads > 0) set_threads(arguments.threads);
    Bench(arguments, arguments.data == "random" ? noise() : data::open_data(arguments.data)).run();
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_watching: %s\n", error.what());
    status = static_cast<int>(error.kind());
  }
  if (temporary) {
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(arguments.store + tail);
  }
  return status;
}

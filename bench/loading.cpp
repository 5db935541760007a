// How many pictures of class folders the loader makes into batches a second: decoding, random resized crop,
// horizontal flip, normalisation. bench/compare_loading compares it with torchvision's.
//
// Prints a JSON line with the rate of each epoch. The first one counts too: files are read once before it, so
// that none comes from the disk.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lehr/core/clock.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/data/transform.hpp"

namespace {

using namespace lehr;

struct Arguments {
  std::string data;
  std::int64_t image_size = 224;
  std::int64_t batch_size = 64;
  int workers = 2;
  int epochs = 3;
  std::int64_t cache_mib = 0;
  std::string cache_dir;
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app("how fast pictures are loaded");
  app.add_option("--data", a.data, "as lehr train takes it: folder:PATH")->required();
  app.add_option("--image-size", a.image_size);
  app.add_option("--batch-size", a.batch_size);
  app.add_option("--workers", a.workers);
  app.add_option("--epochs", a.epochs);
  app.add_option("--cache-mib", a.cache_mib, "memory for decoded pictures");
  app.add_option("--cache-dir", a.cache_dir, "folder for decoded pictures");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return a;
}

LoaderOptions options_of(const Arguments& a) {
  // What torchvision's references take.
  const Normalisation normalisation{.mean = {0.485F, 0.456F, 0.406F}, .std = {0.229F, 0.224F, 0.225F}};
  return {
      .batch_size = a.batch_size,
      .sampler = {.name = "random"},
      .transforms = transforms_from_json(R"([{"name": "random_resized_crop"}, {"name": "horizontal_flip"}])"),
      .preprocessing = {.shape = {3, a.image_size, a.image_size}, .normalisation = normalisation},
      .workers = a.workers};
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments a = parse(argc, argv);
  const DataSplits data = data::open_data(
      data::DataRequest{.name = a.data, .cache_bytes = a.cache_mib << 20, .cache_folder = a.cache_dir});
  Loader loader(data.train, options_of(a));
  std::vector<double> rates;
  double sum = 0;  // so that batches are used
  const double begin = processor_seconds();
  for (int epoch = 0; epoch < a.epochs; ++epoch) {
    const Stopwatch watch;
    loader.start(epoch);
    while (const Batch* const batch = loader.next()) sum += batch->pixels().front();
    rates.push_back(static_cast<double>(loader.samples()) / watch.seconds());
  }
  const double processor = processor_seconds() - begin;
  std::vector<double> sorted = rates;
  std::ranges::sort(sorted);
  const nlohmann::json line{
      {"images_per_second", sorted[sorted.size() / 2]},
      {"epoch_rates", rates},
      {"processor_ms_per_image", 1000 * processor / static_cast<double>(a.epochs * loader.samples())},
      {"images", loader.samples()},
      {"first_values", sum}};
  std::puts(line.dump().c_str());
}

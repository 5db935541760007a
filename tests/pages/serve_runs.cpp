// Serves a store and adds records to it on command: serve_runs FOLDER. Prints the port. Reads commands from stdin:
// "grow" records ten batches and an epoch, "fail" ends the run as diverged. Answers "ok" when the records are
// written.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "lehr/serve/server.hpp"
#include "lehr/store/run_writer.hpp"
#include "pages/records.hpp"

namespace {

using lehr::test::made_records;

/// HTML, quotes and an ampersand, as a title and as an ID. Valid UTF-8, because it is also part of an
/// address.
constexpr const char* hostile =
    "<img src=x onerror=\"pwned=1\">'&amp;\"</script><script>pwned=1</script>?id=../\xF0\x9F\x98\x80";

void write_whole(const std::filesystem::path& store, lehr::store::RunRecords run) {
  lehr::store::RunWriter writer(store, run.info);
  writer.layers(run.layers);
  writer.class_counts(run.class_counts);
  for (const lehr::store::StepRow& step : run.steps) writer.step(step);
  for (const lehr::store::EpochRow& epoch : run.epochs) writer.epoch(epoch);
  writer.pictures(run.pictures);
  writer.finish({});
}

class Growing {
 public:
  explicit Growing(const std::filesystem::path& store) : writer_(store, info()) { writer_.flush(); }

  void grow() {
    const lehr::store::RunRecords run = made_records({.epochs = epochs_ + 1, .batches = 10, .layers = 0});
    for (const lehr::store::StepRow& step : run.steps) {
      if (step.epoch == epochs_) writer_.step(step);
    }
    writer_.epoch(run.epochs.back());
    writer_.flush();
    ++epochs_;
  }
  void fail() {
    writer_.step({.step = 10 * epochs_, .epoch = epochs_, .loss = std::nan(""), .lr = 10});
    writer_.finish(
        {.status = lehr::store::RunStatus::diverged, .reason = "not_finite: the loss is not finite"});
  }

 private:
  static lehr::store::RunInfo info() {
    lehr::store::RunInfo info = made_records({.id = "growing"}).info;
    info.started = 1.8e9;
    return info;
  }
  lehr::store::RunWriter writer_;
  int epochs_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: serve_runs FOLDER\n";
    return 2;
  }
  const std::filesystem::path store = std::filesystem::path(argv[1]) / "lehr.db";
  std::filesystem::remove_all(argv[1]);
  std::filesystem::create_directories(argv[1]);
  write_whole(store, made_records({.id = "whole", .name = "a whole run"}));
  lehr::store::RunRecords bad = lehr::test::hostile_records();
  bad.info.id = bad.info.name = hostile;
  write_whole(store, std::move(bad));
  Growing growing(store);
  lehr::serve::Server server({.store = store, .port = 0});
  std::thread serving([&] { server.run(); });
  std::cout << server.port() << std::endl;
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "grow") growing.grow();
    if (command == "fail") growing.fail();
    std::cout << "ok" << std::endl;
  }
  server.stop();
  serving.join();
}

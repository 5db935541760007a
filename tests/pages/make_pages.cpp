// Writes the pages that report_test.py opens: make_pages FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "lehr/report/page.hpp"
#include "pages/records.hpp"

namespace {

using lehr::store::RunRecords;

bool write(const std::filesystem::path& file, const std::vector<RunRecords>& runs) {
  std::ofstream out(file, std::ios::binary);
  lehr::report::write_page(out, runs);
  return static_cast<bool>(out.flush());
}

/// A run that recorded only losses, and one that was stopped before its first batch.
std::vector<RunRecords> bare_runs() {
  RunRecords bare = lehr::test::made_records({.layers = 0});
  bare.confusion.reset();
  bare.class_counts.clear();
  RunRecords empty{{.id = "empty", .status = lehr::store::RunStatus::interrupted}};
  return {bare, empty};
}

/// Two variants with three seeds each; one run collapsed.
std::vector<RunRecords> study_runs() {
  std::vector<RunRecords> runs;
  for (const char* variant : {"lr=0.01", "lr=0.1"}) {
    for (int seed = 0; seed < 3; ++seed) {
      RunRecords run = lehr::test::made_records();
      run.info.id += variant + std::to_string(seed);
      run.info.config = std::string("study = \"rates\"\nvariant = \"") + variant +
                        "\"\nseed = " + std::to_string(seed) + "\n";
      for (lehr::store::EpochRow& epoch : run.epochs) epoch.train_loss += 0.1 * seed;
      for (lehr::store::StepRow& step : run.steps) step.loss += 0.1 * seed;
      runs.push_back(std::move(run));
    }
  }
  runs.back().epochs.back().valid_accuracy = 0.1;
  return runs;
}

/// A run with a dead layer.
RunRecords faulty_run() {
  RunRecords run = lehr::test::made_records({.name = "faulty"});
  lehr::test::kill_layer(run, 2, 30);
  return run;
}

/// A thousand classes with long names, of which class 7 is never right.
RunRecords run_of_many_classes() {
  RunRecords run = lehr::test::made_records({.classes = 1000});
  for (std::string& name : run.info.classes) name = "a long name of a species of birds, " + name;
  std::swap(run.confusion->counts[7007], run.confusion->counts[7010]);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_pages FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  using lehr::test::made_records;
  RunRecords one = made_records();
  for (const char* kind : {"sample", "top_loss", "top_loss_heat", "filters", "feature_map"}) {
    one.pictures.push_back({kind, "a picture", 0, lehr::test::small_png()});
  }
  const bool written =
      write(folder / "one.html", {one}) &&
      write(folder / "two.html",
            {made_records({.name = "first"}), made_records({.name = "second", .layers = 6})}) &&
      write(folder / "three.html", {made_records({.name = "first"}), made_records({.name = "again"}),
                                    made_records({.name = "short", .epochs = 1})}) &&
      write(folder / "study.html", study_runs()) &&
      write(folder / "single.html", {made_records({.epochs = 1, .batches = 1, .layers = 1, .classes = 1})}) &&
      write(folder / "faulty.html", {faulty_run(), made_records({.name = "healthy"})}) &&
      write(folder / "exploded.html", {lehr::test::exploded_records()}) &&
      write(folder / "validated.html", {made_records({.validation = true})}) &&
      write(folder / "hostile.html", {lehr::test::hostile_records()}) &&
      write(folder / "bare.html", bare_runs()) && write(folder / "classes.html", {run_of_many_classes()}) &&
      write(folder / "large.html", {made_records({.epochs = 1000, .layers = 60, .every = 20})});
  return written ? 0 : 1;
}

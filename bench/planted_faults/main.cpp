// How well the rules of lehr diagnose name the cause of a failing training, and how often they alarm about a
// healthy one.
//
// Plants each kind of fault in each setting, trains it and its healthy twin, and diagnoses both. The
// trainings are kept: a second call trains only what is missing, and --rediagnose nothing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "corpus.hpp"
#include "lehr/core/error.hpp"
#include "report.hpp"
#include "runs.hpp"
#include "selection.hpp"

namespace {

using namespace lehr;
using namespace lehr::planted;

struct Arguments {
  std::string split = "development";
  std::vector<std::string> only;
  std::vector<std::string> settings;
  std::filesystem::path out = "planted-faults";
  RealData real;
  int jobs = 2;
  bool rediagnose = false;
  bool again = false;
  bool plain = false;
  bool list = false;
  bool json = false;
  bool verbose = false;

  bool held_out() const { return split == "held-out"; }
  Wish wish() const { return {.held_out = held_out(), .faults = only, .settings = settings}; }
};

Arguments parse(int argc, char** argv) {
  Arguments a;
  CLI::App app("plants faults in trainings and counts which ones lehr diagnose names");
  app.add_option("--split", a.split, "settings: development, or held-out, which no rule may be tuned with")
      ->check(CLI::IsMember({"development", "held-out"}));
  app.add_option("--only", a.only, "kinds of faults; healthy: the healthy trainings without twins")
      ->delimiter(',');
  app.add_option("--settings", a.settings, "some of the settings of the split")->delimiter(',');
  app.add_option("--out", a.out, "folder that keeps the trainings");
  app.add_option("--jobs", a.jobs, "trainings at once, each on one thread")->check(CLI::Range(1, 256));
  app.add_flag("--rediagnose", a.rediagnose, "train nothing, only apply the rules");
  app.add_flag("--again", a.again, "also train what is recorded");
  app.add_flag("--plain", a.plain, "record no statistics of layers");
  app.add_option("--mnist", a.real.mnist, "folder of MNIST, for more healthy trainings");
  app.add_option("--folder", a.real.photos, "class folders of photos, for more healthy trainings");
  app.add_flag("--list", a.list, "list the kinds of faults and the rules that name them");
  app.add_flag("--json", a.json, "print JSON, one object on each line");
  app.add_flag("--verbose", a.verbose, "print the accuracies");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return a;
}

void check_names(const Arguments& a, const std::vector<Fault>& faults, const std::vector<Setting>& settings) {
  for (const std::string& name : a.only) {
    if (name != "healthy" && std::ranges::find(faults, name, &Fault::name) == faults.end())
      throw BadInput("--only: there is no fault " + name + "; --list lists them");
  }
  for (const std::string& name : a.settings) {
    const auto found = std::ranges::find(settings, name, &Setting::name);
    if (found == settings.end() || found->held_out != a.held_out())
      throw BadInput("--settings: the split has no setting " + name);
  }
}

void list_faults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    std::string line = fault.name + ":";
    for (const std::string& rule : fault.rules) line += " " + rule;
    std::puts(line.c_str());
  }
}

void run(const Arguments& a) {
  const std::vector<Fault> faults = all_faults();
  const std::vector<Setting> settings = all_settings();
  check_names(a, faults, settings);
  if (a.list) {
    list_faults(faults);
    return;
  }
  set_workspace(a.out / "files");
  const Selection selection(faults, settings, all_healthy(a.real), a.wish());
  Runs runs({.folder = a.out / (a.plain ? "plain" : "recorded"),
             .jobs = a.jobs,
             .statistics = !a.plain,
             .again = a.again});
  if (!a.rediagnose) runs.train(selection.jobs());
  const std::map<std::string, Judged> judged = runs.judge(selection.jobs());
  const Results results = selection.results(judged);
  if (a.json) {
    print_lines(results);
  } else {
    print_text(results, a.verbose);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  try {
    run(arguments);
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_planted_faults: %s\n", error.what());
    return static_cast<int>(error.kind());
  }
}

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

bool wanted(const std::vector<std::string>& only, const std::string& name) {
  return only.empty() || std::ranges::find(only, name) != only.end();
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

Training healthy_twin(const Fault& fault, const Setting& setting) {
  Training training{.config = setting.config};
  if (fault.prepare) fault.prepare(training);
  return training;
}

Training planted_fault(const Fault& fault, const Setting& setting) {
  Training training = healthy_twin(fault, setting);
  fault.plant(training);
  return training;
}

std::string twin_name(const Fault& fault, const Setting& setting) {
  return fault.prepare ? "twin/" + fault.name + "/" + setting.name : "twin/" + setting.name;
}

void list_faults(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    std::string line = fault.name + ":";
    for (const std::string& rule : fault.rules) line += " " + rule;
    std::puts(line.c_str());
  }
}

/// The trainings of a call.
class Corpus {
 public:
  Corpus(const Arguments& a, const std::vector<Fault>& faults, const std::vector<Setting>& settings) {
    for (const Fault& fault : faults) {
      if (!wanted(a.only, fault.name)) continue;
      for (const Setting& setting : settings) {
        if (setting.held_out != a.held_out() || !wanted(a.settings, setting.name)) continue;
        add(fault, setting);
      }
    }
    if (wanted(a.only, "healthy")) add_healthy(a);
  }

  const std::vector<Job>& jobs() const { return jobs_; }

  Results results(const std::map<std::string, Judged>& judged) const {
    Results results;
    const auto find = [&](const std::string& name) {
      const auto found = judged.find(name);
      return found == judged.end() ? nullptr : &found->second;
    };
    for (const Planted& one : planted_) {
      PlantedResult result{.fault = one.fault,
                           .setting = one.setting,
                           .planted = find(one.fault->name + "/" + one.setting->name),
                           .twin = find(twin_name(*one.fault, *one.setting))};
      if (result.planted != nullptr && result.twin != nullptr) results.planted.push_back(result);
    }
    for (const std::string& name : healthy_) {
      if (const Judged* found = find(name)) results.healthy[name] = found;
    }
    return results;
  }

 private:
  struct Planted {
    const Fault* fault;
    const Setting* setting;
  };

  void add(const Fault& fault, const Setting& setting) {
    planted_.push_back({&fault, &setting});
    jobs_.push_back({fault.name + "/" + setting.name, [&] { return planted_fault(fault, setting); }});
    add_healthy(twin_name(fault, setting), [&] { return healthy_twin(fault, setting); });
  }

  void add_healthy(const Arguments& a) {
    for (const Healthy& one : all_healthy(a.real)) {
      if (one.held_out == a.held_out()) add_healthy("healthy/" + one.name, one.make);
    }
  }

  void add_healthy(const std::string& name, std::function<Training()> make) {
    if (std::ranges::find(healthy_, name) != healthy_.end()) return;
    healthy_.push_back(name);
    jobs_.push_back({name, std::move(make)});
  }

  std::vector<Planted> planted_;
  std::vector<std::string> healthy_;
  std::vector<Job> jobs_;
};

void run(const Arguments& a) {
  const std::vector<Fault> faults = all_faults();
  const std::vector<Setting> settings = all_settings();
  check_names(a, faults, settings);
  if (a.list) {
    list_faults(faults);
    return;
  }
  set_workspace(a.out / "files");
  const Corpus corpus(a, faults, settings);
  Runs runs({.folder = a.out / (a.plain ? "plain" : "recorded"),
             .jobs = a.jobs,
             .statistics = !a.plain,
             .again = a.again});
  if (!a.rediagnose) runs.train(corpus.jobs());
  const std::map<std::string, Judged> judged = runs.judge(corpus.jobs());
  const Results results = corpus.results(judged);
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

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include "callbacks/fit_records.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/diagnosis.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

using diagnosis::Finding;

constexpr std::int64_t first_look = 20;  // after so many batches
constexpr std::int64_t longest_pause = 1000;
constexpr std::size_t most_points = 100;  // of the layers' series

/// The layers' series in training batches, thinned.
store::RecordedLayers layers_of(const ActivationStats& stats) {
  std::vector<std::size_t> training;
  for (std::size_t i = 0; i < stats.points().size(); ++i) {
    if (stats.points()[i].training) training.push_back(i);
  }
  const std::size_t count = std::min(training.size(), most_points);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < count; ++i) {  // with the first and the last one
    kept.push_back(training[count == 1 ? 0 : i * (training.size() - 1) / (count - 1)]);
  }
  store::RecordedLayers recorded;
  for (const std::size_t place : kept) recorded.points.push_back(stats.points()[place]);
  recorded.layers.assign(stats.layers().begin(), stats.layers().end());
  for (LayerStats& layer : recorded.layers) {
    for_each_series(layer, [&](store::Watched, StatSeries& series) { series.keep(kept); });
  }
  return recorded;
}

diagnosis::Findings diagnose(const store::RunRecords& run, Learner& learner) {
  const std::vector<ActivationStats*> stats = learner.all_callbacks<ActivationStats>();
  std::optional<store::RecordedLayers> layers;
  if (!stats.empty()) layers = layers_of(*stats.front());
  return diagnosis::diagnose({.run = &run, .layers = layers ? &*layers : nullptr, .graph = &learner.model()});
}

/// The rule and all that it explains, also over other rules.
void add_explained(const std::string& name, std::set<std::string>& all) {
  if (!all.insert(name).second) return;
  static const std::vector<diagnosis::RuleInfo> rules = diagnosis::all_rules();
  const auto rule = std::ranges::find(rules, name, &diagnosis::RuleInfo::name);
  if (rule == rules.end()) return;
  for (const std::string& symptom : rule->explains) add_explained(symptom, all);
}

std::string sentence_of(const Finding& finding) {
  const std::string cure = cure_text(finding.cure);
  return finding.says + " (" + finding.rule.name + ")" + (cure.empty() ? "" : "; mend: " + cure);
}

}  // namespace

struct Diagnosis::State {
  static constexpr const char* class_name = "a Diagnosis";

  DiagnosisOptions options;
  std::optional<FitRecords> records{};  // empty outside of a fit, and in a fit that cannot be watched
  diagnosis::Findings findings{};
  std::set<std::string> suspected{};  // rules of the last look
  std::set<std::string> covered{};    // rules that were said, and their symptoms
  std::size_t said = 0;
  std::int64_t next = 0;
  std::int64_t looks = 0;
  double began = 0;
  double ended = 0;
  double spent = 0;
  double last_cost = 0;

  void watch(Learner& learner);
  bool affordable() const;
  void look(Learner& learner, bool at_end);
  void say(Learner& learner, bool at_end);
};

Diagnosis::Diagnosis(DiagnosisOptions options) : state_(std::make_unique<State>()) {
  if (!(options.budget > 0 && options.budget <= 1)) {
    throw BadInput("the budget of a Diagnosis is above 0 and at most 1, found " +
                   number_text(options.budget));
  }
  state_->options = std::move(options);
}

Diagnosis::~Diagnosis() = default;
Diagnosis::Diagnosis(Diagnosis&&) noexcept = default;
Diagnosis& Diagnosis::operator=(Diagnosis&&) noexcept = default;

const diagnosis::Findings& Diagnosis::findings() const { return state_->findings; }
std::int64_t Diagnosis::looks() const { return state_->looks; }
double Diagnosis::overhead() const {
  const double end = state_->records ? clock_seconds() : state_->ended;
  return state_->spent > 0 ? state_->spent / (end - state_->began) : 0;
}

void Diagnosis::before_fit(Learner& learner) {
  *state_ = State{.options = std::move(state_->options)};
  state_->began = clock_seconds();
  state_->watch(learner);
}

void Diagnosis::State::watch(Learner& learner) {
  const std::vector<RunRecorder*> recorders = learner.all_callbacks<RunRecorder>();
  records.emplace(learner, options.config, recorders.empty() ? nullptr : recorders.front());
  if (learner.progress().resumed) {
    try {
      if (recorders.empty()) throw Error("nothing is recorded");
      records->add_before(learner, recorders.front()->read({.most_steps = 1, .pictures = false}));
    } catch (const Error&) {  // rules about the beginning would be wrong
      records.reset();
      return;
    }
  }
  next = records->batches() + first_look;
}

void Diagnosis::after_loss(Learner& learner) {
  if (state_->records) state_->records->after_loss(learner);
}

void Diagnosis::after_batch(Learner& learner) {
  State& s = *state_;
  if (!s.records) return;
  s.records->after_batch(learner);
  const std::int64_t batches = s.records->batches();
  if (batches < s.next) return;
  s.next = batches + std::min(batches, longest_pause);
  if (s.affordable()) s.look(learner, false);
}

void Diagnosis::before_validate(Learner& learner) {
  if (state_->records) state_->records->before_validate(learner);
}

void Diagnosis::after_validate(Learner&) {
  if (state_->records) state_->records->after_validate();
}

void Diagnosis::after_epoch(Learner& learner) {
  State& s = *state_;
  if (!s.records) return;
  s.records->after_epoch(learner);
  if (s.affordable()) s.look(learner, false);
}

void Diagnosis::clean_up(Learner& learner) {
  State& s = *state_;
  if (!s.records) return;
  s.records->clean_up(learner);
  const store::RunStatus status = s.records->records().info.status;
  // The error of a training that diverged says what this rule says.
  if (status == store::RunStatus::diverged) s.covered.insert("diverged");
  // What one look has found needs another one, also if it costs more than the budget.
  const bool wanted = status == store::RunStatus::done && (!s.suspected.empty() || s.affordable());
  if (wanted || status == store::RunStatus::diverged) s.look(learner, true);
  s.ended = clock_seconds();
  s.records.reset();
}

/// Whether a look that takes twice as long as the last one is within the budget.
bool Diagnosis::State::affordable() const {
  return spent + 2 * last_cost <= options.budget * (clock_seconds() - began);
}

// A rule that fails must not end the training.
void Diagnosis::State::look(Learner& learner, bool at_end) {
  const Stopwatch watch;
  ++looks;
  try {
    findings = diagnose(records->records(), learner);
    say(learner, at_end);
  } catch (const std::exception& error) {
    learner.warn(std::string("the training is no longer watched, because a rule failed: ") + error.what());
    records.reset();
  }
  last_cost = watch.seconds();
  spent += last_cost;
}

void Diagnosis::State::say(Learner& learner, bool at_end) {
  std::set<std::string> found;
  for (const Finding& finding : findings.causes) {
    const std::string& name = finding.rule.name;
    if (finding.severity == diagnosis::Severity::hint || covered.contains(name)) continue;
    found.insert(name);
    if (said == options.most_warnings || !(at_end || suspected.contains(name))) continue;
    learner.warn(sentence_of(finding));
    add_explained(name, covered);
    ++said;
  }
  suspected = std::move(found);
}

}  // namespace lehr

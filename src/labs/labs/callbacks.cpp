#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"
#include "lehr/callbacks/recorder.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/store/run_names.hpp"
#include "lehr/train/callback.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::labs {
namespace {

std::vector<StudySpec> callback_studies(const LabSetup& setup) {
  StudySpec study = setup.study();
  study.base.epochs = setup.pick(4, 3, 6);
  study.variants = {{"complete", {}},
                    {"early stop", {{"early-stopping", "1"}, {"lr", "0.05"}, {"schedule", "constant"}}},
                    {"diverged", {{"lr", "1e30"}, {"optimizer", "sgd"}, {"schedule", "constant"}}}};
  study.measures = {"accuracy"};
  return {study};
}

/// Counts events, and the time until the next one.
class EventTimes final : public Callback {
 public:
  struct Entry {
    std::int64_t count = 0;
    double seconds = 0;  ///< from this event to the next one
  };

  std::string_view name() const override { return "EventTimes"; }
  int order() const override { return 200; }
  void handle(Event event, Learner&) override {
    const double now = clock_seconds();
    if (last_ != nullptr) last_->seconds += now - since_;
    last_ = &entries_.at(static_cast<std::size_t>(event));
    ++last_->count;
    since_ = now;
  }
  const std::array<Entry, event_count>& entries() const { return entries_; }

 private:
  std::array<Entry, event_count> entries_{};
  Entry* last_ = nullptr;
  double since_ = 0;
};

constexpr std::array<std::string_view, event_count> what_happens{
    "the fit begins; callbacks prepare",
    "an epoch begins",
    "its training part begins",
    "a batch is ready; a callback may change its images",
    "the network has computed its scores",
    "the loss is known",
    "the gradients are about to be computed",
    "the gradients are there",
    "the optimizer is about to make its step",
    "the weights have changed",
    "a callback cancelled the batch",
    "the batch is over",
    "the fit was asked to stop",
    "the training part was cancelled",
    "the training part is over",
    "validation begins",
    "validation was cancelled",
    "validation is over; metrics are there",
    "the epoch was cancelled",
    "the epoch is over and recorded",
    "the fit was cancelled",
    "the fit is over",
    "always last, also after an error"};

/// A short fit with the events of all its parts.
Table life_of_a_fit(const LabView& view) {
  TrainConfig config = view.setup().base;
  config.epochs = 2;
  config.max_batches = 20;
  const std::unique_ptr<Learner> learner = make_learner(config, {.data = view.setup().data});
  EventTimes& times = learner->add(EventTimes());
  learner->fit_one_cycle(2, LearningRate(config.lr));
  Table table{
      "A fit of 2 epochs with 20 batches each. The time is that from the event to the next one, so it "
      "contains what the training does in between. Events that did not occur are not listed.",
      {"event", "times", "until the next event", "what happens"},
      {}};
  for (std::size_t i = 0; i < event_count; ++i) {
    const EventTimes::Entry& entry = times.entries()[i];
    if (entry.count == 0) continue;
    table.rows.push_back({"`" + std::string(event_name(static_cast<Event>(i))) + "`",
                          std::to_string(entry.count), fmt::format("{:.2f} ms", 1000 * entry.seconds),
                          std::string(what_happens[i])});
  }
  return table;
}

Table endings_table(const LabView& view) {
  Table table{
      "How each run ended, from the run store. After an early stop and after a divergence all batches up to "
      "there are recorded.",
      {"run", "status", "reason", "epochs", "batches"},
      {}};
  for (std::size_t i = 0; i < view.result().spec.variants.size(); ++i) {
    const store::RunRecords run = view.records(view.first_run(0, i).id);
    const std::string reason = run.info.reason.substr(0, run.info.reason.find(':'));
    table.rows.push_back({view.result().spec.variants[i].name,
                          std::string(store::status_name(run.info.status)),
                          reason.empty() ? run.info.note.substr(0, 60) : reason,
                          std::to_string(run.epochs.size()), std::to_string(run.steps.size())});
  }
  return table;
}

Evidence callbacks_evidence(const LabView& view) {
  Evidence found;
  found.verdicts = {
      "In C++ `learner.callback<Type>()` returns the callback after the training, with all its data. It "
      "works after an early stop, and after an exception too.",
      "Later, and from other programs, the run store has what callbacks recorded: `lehr runs sql`, or any "
      "SQLite library."};
  for (std::size_t i = 0; i < view.result().spec.variants.size(); ++i) {
    const store::RunRecords run = view.records(view.first_run(0, i).id);
    found.verdicts.push_back(fmt::format(
        "The run `{}` has the status {} and {} in the store.", view.result().spec.variants[i].name,
        store::status_name(run.info.status), counted(run.steps.size(), "recorded batch")));
  }
  found.sections.push_back({"The life of a fit", {life_of_a_fit(view), endings_table(view)}});
  found.sections.push_back(
      {"In C++, after fit",
       {Paragraph{"A Learner owns its callbacks. A reference from `add` or `callback` is valid as long as "
                  "the Learner."},
        Code{"lehr::Learner learner(model, data, {.batch_size = 64});\n"
             "learner.add(lehr::ActivationStats());\n"
             "try {\n"
             "  learner.fit_one_cycle(3, 0.01);\n"
             "} catch (const lehr::Diverged& error) {\n"
             "  // the callbacks are still there, with everything up to the last batch\n"
             "}\n"
             "const auto& stats = learner.callback<lehr::ActivationStats>();\n"
             "const auto& recorder = learner.callback<lehr::Recorder>(\"label\");  // if there are several\n"
             "for (const lehr::EpochRecord& epoch : learner.history()) use(epoch.valid.loss);\n"
             "std::puts(learner.ending().detail.c_str());  // why the fit ended"}}});
  found.sections.push_back(
      {"From the store, by SQL",
       {Code{"lehr runs sql \"SELECT name, status, reason FROM runs ORDER BY started DESC LIMIT 3\"\n"
             "lehr runs sql \"SELECT epoch, train_loss, valid_accuracy FROM epochs WHERE run = 'RUN'\"\n"
             "lehr runs sql \"SELECT step, layer, std FROM layer_stats WHERE run = 'RUN' AND what = "
             "'activation'\""}}});
  found.sections.push_back(
      {"From Python",
       {Code{"import sqlite3\n"
             "store = sqlite3.connect(\"file:runs/lehr.db?mode=ro\", uri=True)\n"
             "for row in store.execute(\"SELECT epoch, valid_accuracy FROM epochs WHERE run = ?\", (run,)):\n"
             "    print(row)"}}});
  return found;
}

}  // namespace

void register_callbacks(LabRegistry& registry) {
  Lab lab;
  lab.name = "callbacks";
  lab.question = "How do we reach a learner's callback after training is completed?";
  lab.said = {
      "In fastai, `learn.recorder` and `learn.activation_stats` are attributes. Callbacks that were given to "
      "`fit` are removed after it.",
      "After an exception, what a callback collected is often lost."};
  lab.prediction =
      "Callbacks that were added to the Learner stay with their data as long as the Learner. Those of one "
      "fit stay until the next fit begins. After a crash of the process, the run store has everything up to "
      "the last batches.";
  lab.experiment =
      "Three trainings: one that completes, one with early stopping at a high rate, and one that diverges at "
      "a rate that is far too high. In a fourth, short one, a callback counts and times the events.";
  lab.limits = {"The times of events depend on the machine. Their number and order do not depend on it."};
  lab.sources = {"docs/callbacks.md and docs/run-store.md of lehr",
                 "fastai's documentation of callbacks, https://docs.fast.ai/callback.core.html"};
  lab.studies = callback_studies;
  lab.evidence = callbacks_evidence;
  registry.add(4, std::move(lab));
}

}  // namespace lehr::labs

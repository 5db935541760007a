#include "train/training_identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/description.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/graph/json.hpp"

namespace lehr {
namespace {

constexpr const char* default_loss = "cross_entropy";

std::string describe(const Attribute& attribute) {
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, attribute);
}

std::string describe(const UpdateSpec& update) {
  std::string text = update.type;
  for (const auto& [name, value] : update.attributes) text += " " + name + "=" + describe(value);
  for (const UpdateSpec& inner : update.inner) text += " (" + describe(inner) + ")";
  return text;
}

std::string describe(const OptimizerSpec& spec) {
  return fmt::format("{} momentum={} weight_decay={} decoupled_decay={} l1={}", describe(spec.update),
                     spec.momentum, spec.weight_decay, spec.decoupled_decay, spec.l1);
}

// The cross entropy has separate lines for its settings, so only its name is given.
std::string describe(const Loss& loss) {
  std::string text(loss.name());
  if (text == default_loss) return text;
  for (const auto& [name, value] : loss.attributes()) text += " " + name + "=" + describe(value);
  return text;
}

double smoothing_of(const Loss& loss) {
  return loss.name() == default_loss ? loss.attributes().real("label_smoothing") : 0;
}

std::string checksum(const std::string& text) {
  Hash hash;
  hash.add(text);
  return hash.text();
}

/// The data itself. If it is too long for messages and comparisons, its checksum comes first.
std::string describe_data(const std::string& json) {
  return json.size() <= 300 ? json : "checksum " + checksum(json) + " of " + json;
}

std::string describe(const std::vector<TransformSpec>& transforms) {
  return transforms.empty() ? "none" : describe_data(to_json(transforms));
}

std::string describe(const SamplerSpec& sampler) {
  if (sampler.settings.begin() == sampler.settings.end()) return sampler.name;
  const TransformSpec as_data{sampler.name, sampler.settings};
  return describe_data(to_json(std::span(&as_data, 1)));
}

std::string describe(const Graph& model) {
  return fmt::format("{} with {} parameters, checksum {}", printable(model.name()), model.parameter_count(),
                     checksum(to_json(model)));
}

}  // namespace

TrainingIdentity training_identity(const LearnerState& state) {
  if (state.train_text.empty()) {
    state.train_text = data::description_of(*state.data.train);
    state.valid_text = data::description_of(*state.data.valid);
  }
  const LearnerOptions& o = state.options;
  return {{"lehr", LEHR_VERSION},
          {"model", describe(state.model)},
          {"training set", state.train_text},
          {"validation set", state.valid_text},
          {"epochs", fmt::format("{}", state.progress.epochs)},
          {"schedule", state.schedule_text},
          {"optimizer", describe(o.optimizer)},
          {"batch size", fmt::format("{}", o.batch_size)},
          {"batches an epoch", fmt::format("{}", state.batches_an_epoch())},
          {"drop last", fmt::format("{}", o.drop_last)},
          {"sampler", describe(o.sampler)},
          {"transforms", describe(o.transforms)},
          {"loss", describe(*state.loss)},
          {"label smoothing", fmt::format("{}", smoothing_of(*state.loss))},
          {"class weights", fmt::format("{}", fmt::join(state.loss->class_weights(), ","))},
          {"validation after each epoch", fmt::format("{}", o.validate)},
          {"seed", fmt::format("{}", o.seed)},
          {"backend", std::string(o.backend->name())}};
}

namespace {

/// The value to assume if a checkpoint has no such entry, because its version had no such option.
std::string default_of_older_version(const std::string& name) {
  if (name == "sampler") return "random";
  if (name == "transforms") return "none";
  if (name == "loss") return default_loss;
  return "not known";
}

}  // namespace

void check_same(const TrainingIdentity& saved, const TrainingIdentity& present) {
  const std::map<std::string, std::string> then(saved.begin(), saved.end());
  std::string changes;
  for (const auto& [name, now] : present) {
    const auto found = then.find(name);
    const std::string before =
        found == then.end() ? default_of_older_version(name) : printable(found->second, 300);
    if (before == printable(now, 300)) continue;
    changes += (changes.empty() ? "" : "; ") + name + ": then " + before + ", now " + printable(now, 300);
  }
  if (!changes.empty()) throw BadInput("this is another training than the saved one: " + changes);
}

std::string describe_schedule(const schedules::RateAndMomentum& schedule) {
  constexpr int places = 64;
  std::string values;
  for (int i = 0; i <= places; ++i) {
    const double progress = static_cast<double>(i) / places;
    values += fmt::format("{} ", schedule.rate(progress));
    if (schedule.momentum) values += fmt::format("{} ", schedule.momentum(progress));
  }
  return fmt::format("rate {:.4g} at the start, {:.4g} half way, checksum {}", schedule.rate(0),
                     schedule.rate(0.5), checksum(values));
}

}  // namespace lehr

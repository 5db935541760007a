#include "train/training_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "train/json_integer.hpp"

namespace lehr {
namespace {

using nlohmann::json;

constexpr int format_version = 2;

// Written as text, because JSON has no infinities and no NaN. The text that fmt writes reads back to the same
// bits.
json exact(double number) { return fmt::format("{}", number); }

double exact(const json& text) {
  const auto& digits = text.get_ref<const std::string&>();
  double number = 0;
  const char* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) throw BadInput("not a number");
  return number;
}

json to_json(std::optional<Scope> scope) { return scope ? json(std::string(scope_name(*scope))) : json(); }

std::optional<Scope> scope_from(const json& name) {
  if (name.is_null()) return std::nullopt;
  const auto found = std::ranges::find(scope_names, name.get_ref<const std::string&>());
  if (found == scope_names.end()) throw BadInput("it cancels what is no part of a training");
  return static_cast<Scope>(found - scope_names.begin());
}

json to_json(const Ending& ending) {
  return {{"reason", std::string(end_reason_name(ending.reason))}, {"text", ending.text}};
}

// Checkpoints of older versions have no ending.
Ending ending_from(const json& object) {
  const auto found = object.find("ending");
  if (found == object.end()) return {EndReason::cancelled, "the fit was cancelled"};
  const auto reason = found->at("reason").get<std::string>();
  if (reason.empty()) return {};
  return {end_reason_by_name(reason), found->at("text").get<std::string>()};
}

json to_json(const SetMetrics& metrics) {
  json others = json::array();
  for (const MetricValue& other : metrics.others) others.push_back({other.name, exact(other.value)});
  return {{"loss", exact(metrics.loss)},
          {"accuracy", exact(metrics.accuracy)},
          {"samples", metrics.samples},
          {"others", others}};
}

SetMetrics metrics_from(const json& object) {
  SetMetrics metrics{exact(object.at("loss")), exact(object.at("accuracy")),
                     integer_at<std::int64_t>(object, "samples")};
  for (const json& other : object.at("others")) {
    metrics.others.push_back({other.at(0).get<std::string>(), exact(other.at(1))});
  }
  return metrics;
}

json to_json(const std::map<std::string, double>& numbers) {
  json object = json::object();
  for (const auto& [name, number] : numbers) object[name] = exact(number);
  return object;
}

std::map<std::string, double> numbers_from(const json& object) {
  std::map<std::string, double> numbers;
  for (const auto& [name, number] : object.items()) numbers[name] = exact(number);
  return numbers;
}

// Checkpoints of older versions have no values of callbacks.
std::map<std::string, double> values_from(const json& object) {
  return object.contains("values") ? numbers_from(object.at("values")) : std::map<std::string, double>();
}

json to_json(const EpochRecord& record) {
  return {{"epoch", record.epoch},
          {"train", to_json(record.train)},
          {"valid", to_json(record.valid)},
          {"train_eval", to_json(record.train_eval)},
          {"lr", exact(record.lr)},
          {"train_seconds", exact(record.train_seconds)},
          {"valid_seconds", exact(record.valid_seconds)},
          {"values", to_json(record.values)},
          {"complete", record.complete}};
}

EpochRecord record_from(const json& object) {
  EpochRecord record;
  record.epoch = integer_at<int>(object, "epoch");
  record.train = metrics_from(object.at("train"));
  record.valid = metrics_from(object.at("valid"));
  // Checkpoints of the first versions have no train_eval.
  if (object.contains("train_eval")) record.train_eval = metrics_from(object.at("train_eval"));
  record.lr = exact(object.at("lr"));
  record.train_seconds = exact(object.at("train_seconds"));
  record.valid_seconds = exact(object.at("valid_seconds"));
  record.values = values_from(object);
  record.complete = object.at("complete").get<bool>();
  return record;
}

json to_json(const ParameterGroup& group) {
  return {{"name", group.name},
          {"parameters", group.parameters},
          {"lr_scale", exact(group.lr_scale)},
          {"weight_decay", group.weight_decay ? exact(*group.weight_decay) : json()},
          {"frozen", group.frozen},
          {"freezes_norms", group.freezes_norms}};
}

ParameterGroup group_from(const json& object) {
  ParameterGroup group;
  group.name = object.at("name").get<std::string>();
  group.parameters = object.at("parameters").get<std::vector<std::string>>();
  group.lr_scale = exact(object.at("lr_scale"));
  if (!object.at("weight_decay").is_null()) group.weight_decay = exact(object.at("weight_decay"));
  group.frozen = object.at("frozen").get<bool>();
  group.freezes_norms = object.value("freezes_norms", false);  // older checkpoints do not have it
  return group;
}

json to_json(const CallbackState& state) {
  json arrays = json::array();
  for (const auto& [name, array] : state.arrays) arrays.push_back(name);
  json tables = json::array();
  for (const auto& [name, table] : state.tables) tables.push_back(name);
  return {{"numbers", to_json(state.numbers)},
          {"integers", state.integers},
          {"texts", state.texts},
          {"arrays", arrays},
          {"tables", tables}};
}

CallbackState callback_from(const json& object) {
  CallbackState state;
  state.numbers = numbers_from(object.at("numbers"));
  for (const auto& [name, integer] : object.at("integers").items()) {
    state.integers[name] = integer_of<std::int64_t>(integer, name);
  }
  state.texts = object.at("texts").get<std::map<std::string, std::string>>();
  for (const json& name : object.at("arrays")) state.arrays[name.get<std::string>()];
  if (!object.contains("tables")) return state;  // of an older version
  for (const json& name : object.at("tables")) state.tables[name.get<std::string>()];
  return state;
}

template <class Values>
json list_of(const Values& values) {
  json list = json::array();
  for (const auto& value : values) list.push_back(to_json(value));
  return list;
}

void read_all(const json& object, CheckpointContents& contents) {
  if (const int version = integer_at<int>(object, "format"); version != format_version) {
    throw BadInput("expected format " + std::to_string(format_version) + ", found " +
                   std::to_string(version));
  }
  contents.identity = object.at("identity").get<TrainingIdentity>();
  contents.position = {integer_at<int>(object, "epoch"), integer_at<std::int64_t>(object, "batch")};
  contents.cancelled = scope_from(object.at("cancelled"));
  contents.ending = ending_from(object);
  contents.epochs_done = integer_at<std::int64_t>(object, "epochs_done");
  contents.steps = integer_at<std::int64_t>(object, "steps");
  contents.train_batches = integer_at<std::int64_t>(object, "train_batches");
  contents.optimizer_steps = integer_at<std::int64_t>(object, "optimizer_steps");
  contents.train_seconds = exact(object.at("train_seconds"));
  contents.loss = exact(object.at("loss"));
  contents.lr = exact(object.at("lr"));
  const json& sums = object.at("train_sums");
  contents.train_sums = {exact(sums.at("loss")), exact(sums.at("weight")),
                         integer_at<std::int64_t>(sums, "correct"),
                         integer_at<std::int64_t>(sums, "samples")};
  contents.epoch_values = values_from(object);
  for (const json& record : object.at("history")) contents.history.push_back(record_from(record));
  for (const json& group : object.at("groups")) contents.groups.push_back(group_from(group));
  for (const auto& [key, state] : object.at("callbacks").items()) {
    contents.callbacks.emplace(key, callback_from(state));
  }
}

}  // namespace

std::string training_to_json(const CheckpointContents& contents) {
  json callbacks = json::object();
  for (const auto& [key, state] : contents.callbacks) callbacks[key] = to_json(state);
  const MetricSums::Sums& sums = contents.train_sums;
  const json object{{"format", format_version},
                    {"identity", contents.identity},
                    {"epoch", contents.position.epoch},
                    {"batch", contents.position.batch},
                    {"cancelled", to_json(contents.cancelled)},
                    {"ending", to_json(contents.ending)},
                    {"epochs_done", contents.epochs_done},
                    {"steps", contents.steps},
                    {"train_batches", contents.train_batches},
                    {"optimizer_steps", contents.optimizer_steps},
                    {"train_seconds", exact(contents.train_seconds)},
                    {"loss", exact(contents.loss)},
                    {"lr", exact(contents.lr)},
                    {"train_sums",
                     {{"loss", exact(sums.loss)},
                      {"weight", exact(sums.weight)},
                      {"correct", sums.correct},
                      {"samples", sums.samples}}},
                    {"values", to_json(contents.epoch_values)},
                    {"history", list_of(contents.history)},
                    {"groups", list_of(contents.groups)},
                    {"callbacks", callbacks}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

void training_from_json(const std::string& text, CheckpointContents& contents) {
  try {
    read_all(json::parse(text), contents);
  } catch (const json::exception& error) {
    throw BadInput("its record of the training cannot be read: " + std::string(error.what()));
  }
}

}  // namespace lehr

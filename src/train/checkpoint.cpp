#include "train/checkpoint.hpp"

#include <cstring>

#include "lehr/core/error.hpp"
#include "lehr/core/hash.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "model_io/model_contents.hpp"
#include "model_io/model_metadata.hpp"
#include "train/group_ranges.hpp"
#include "train/training_json.hpp"

namespace lehr {
namespace {

constexpr const char* training_key = "lehr.training";
constexpr const char* checksum_key = "lehr.checksum";

std::string tensor_name(const std::string& optimizer_state) { return "lehr.optimizer." + optimizer_state; }

std::string state_name(const std::string& callback, const std::string& name) {
  return "lehr.callback." + callback + "." + name;
}

// Covers everything except the checksum itself.
std::string checksum_of(const store::SafeTensors& file) {
  Hash hash;
  for (const auto& [name, text] : file.metadata) {
    if (name == checksum_key) continue;
    hash.add(name);
    hash.add(text);
  }
  for (const auto& [name, tensor] : file.tensors) {
    hash.add(name);
    hash.add({static_cast<const std::byte*>(tensor.data()), tensor.bytes()});
  }
  return hash.text();
}

Tensor flat_tensor(std::int64_t count) { return {Shape{count}, DType::f32}; }

void add_optimizer(store::SafeTensors& file, const LearnerState& state) {
  const std::span<const Buffer> states = state.optimizer.states();
  const std::vector<std::string> names = state.optimizer.state_names();
  for (std::size_t i = 0; i < states.size(); ++i) {
    Tensor tensor = flat_tensor(states[i].ref().count());
    state.options.backend->download(tensor.data(), states[i].ref());
    file.tensors.emplace(tensor_name(names[i]), std::move(tensor));
  }
}

void add_tensor(store::SafeTensors& file, const std::string& name, DType dtype, const void* bytes,
                std::size_t count) {
  Tensor tensor(Shape{static_cast<std::int64_t>(count)}, dtype);
  if (count > 0) std::memcpy(tensor.data(), bytes, tensor.bytes());
  if (!file.tensors.emplace(name, std::move(tensor)).second) {
    throw Error("two states are called " + in_quotes(name));
  }
}

void add_states(store::SafeTensors& file, const std::map<std::string, CallbackState>& callbacks) {
  for (const auto& [key, state] : callbacks) {
    for (const auto& [name, array] : state.arrays) {
      add_tensor(file, state_name(key, name), DType::f32, array.data(), array.size());
    }
    for (const auto& [name, table] : state.tables) {
      const std::string bytes = table.to_bytes();
      add_tensor(file, state_name(key, name), DType::u8, bytes.data(), bytes.size());
    }
  }
}

const Tensor& tensor_named(const store::SafeTensors& file, const std::string& name, DType dtype) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw BadInput("it has no tensor " + in_quotes(name));
  if (found->second.dtype() == dtype) return found->second;
  throw BadInput("the tensor " + in_quotes(name) + " is not " + std::string(name_of(dtype)));
}

const Tensor& floats_named(const store::SafeTensors& file, const std::string& name) {
  return tensor_named(file, name, DType::f32);
}

StateTable table_named(const store::SafeTensors& file, const std::string& name) {
  const auto bytes = tensor_named(file, name, DType::u8).elements<std::uint8_t>();
  try {
    return StateTable::from_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const BadInput& error) {
    throw BadInput("the tensor " + in_quotes(name) + ": " + error.what());
  }
}

void read_states(CheckpointContents& contents) {
  for (auto& [key, state] : contents.callbacks) {
    for (auto& [name, array] : state.arrays) {
      const auto values = floats_named(contents.file, state_name(key, name)).elements<float>();
      array.assign(values.begin(), values.end());
    }
    for (auto& [name, table] : state.tables) table = table_named(contents.file, state_name(key, name));
  }
}

void check_position(const CheckpointContents& contents) {
  if (contents.position.epoch < 0 || contents.position.batch < 0 || contents.epochs_done < 0) {
    throw BadInput("its place in the training is negative");
  }
}

CheckpointContents parse(store::SafeTensors file) {
  const auto text_of = [&](const char* key) -> const std::string& {
    const auto found = file.metadata.find(key);
    if (found != file.metadata.end()) return found->second;
    throw BadInput("a safetensors file, but no checkpoint: its metadata has no \"" + std::string(key) + "\"");
  };
  const std::string training = text_of(training_key);
  if (text_of(checksum_key) != checksum_of(file)) {
    throw BadInput("damaged: expected the checksum " + printable(text_of(checksum_key)) + ", found " +
                   checksum_of(file));
  }
  CheckpointContents contents;
  contents.file = std::move(file);
  training_from_json(training, contents);
  check_position(contents);
  read_states(contents);
  return contents;
}

void restore_optimizer(LearnerState& state, const CheckpointContents& contents) {
  const std::span<const Buffer> states = state.optimizer.states();
  const std::vector<std::string> names = state.optimizer.state_names();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Tensor& tensor = floats_named(contents.file, tensor_name(names[i]));
    if (tensor.shape().numel() != states[i].ref().count()) {
      throw BadInput("the tensor " + tensor_name(names[i]) + " holds " +
                     counted(tensor.shape().numel(), "number") + ", expected " +
                     std::to_string(states[i].ref().count()));
    }
    state.options.backend->upload(states[i].ref(), tensor);
  }
  state.optimizer.set_steps_done(contents.optimizer_steps);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const LearnerState& state) {
  const auto names = state.data.train->class_names();
  CheckpointContents contents;
  contents.file =
      model_contents(state.model, state.parameters, {names.begin(), names.end()}, state.preprocessing());
  contents.identity = training_identity(state);
  contents.position = state.position;
  contents.cancelled = state.cancelled;
  if (state.cancelled == Scope::fit) contents.ending = state.ending;
  contents.epochs_done = state.epochs_done;
  contents.steps = state.progress.steps;
  contents.train_batches = state.progress.train_batches;
  contents.optimizer_steps = state.optimizer.steps_done();
  contents.train_seconds = state.train_seconds;
  contents.loss = state.progress.loss;
  contents.lr = state.progress.lr;
  contents.train_sums = state.train_sums.sums();
  contents.epoch_values = state.epoch_values;
  contents.history = state.history;
  contents.groups = state.groups;
  contents.callbacks = state.callbacks.states();
  add_optimizer(contents.file, state);
  add_states(contents.file, contents.callbacks);
  contents.file.metadata[training_key] = training_to_json(contents);
  contents.file.metadata[checksum_key] = checksum_of(contents.file);
  store::write_safetensors(path, contents.file);
}

CheckpointContents read_checkpoint(const std::filesystem::path& file) {
  store::SafeTensors contents = store::read_safetensors(file);
  try {
    return parse(std::move(contents));
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(file) + ": " + error.what());
  }
}

void restore(LearnerState& state, const CheckpointContents& contents) {
  check_groups(contents.groups, state.parameters);
  state.adopt(read_model_metadata(contents.file.metadata).preprocessing);
  read_weights(state.model, state.parameters, contents.file);
  state.groups = contents.groups;
  state.apply_groups();
  restore_optimizer(state, contents);
  state.position = contents.position;
  state.epochs_done = contents.epochs_done;
  state.history = contents.history;
  state.epoch_values = contents.epoch_values;
  state.train_seconds = contents.train_seconds;
  state.train_sums.set_sums(contents.train_sums);
  state.progress.steps = contents.steps;
  state.progress.train_batches = contents.train_batches;
  state.progress.loss = contents.loss;
  state.progress.lr = contents.lr;
}

}  // namespace lehr

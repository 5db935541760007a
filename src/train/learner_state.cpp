#include "train/learner_state.hpp"

#include "classifier/classifier.hpp"
#include "data/loading.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/engine/parameter_tensors.hpp"
#include "lehr/image/edit.hpp"
#include "train/group_ranges.hpp"

namespace lehr {
namespace {

LearnerOptions with_seed(LearnerOptions options, std::uint64_t seed) {
  options.seed = seed;
  return options;
}

}  // namespace

std::shared_ptr<const Loss> loss_of_options(const LearnerOptions& options) {
  if (!options.loss) return cross_entropy_loss({options.label_smoothing, options.class_weights});
  if (options.label_smoothing == 0 && options.class_weights.empty()) return options.loss;
  throw BadInput("label smoothing and class weights need the default cross entropy, found the loss " +
                 in_quotes(options.loss->name()));
}

LoaderOptions training_loading(const LearnerOptions& options) {
  return {.batch_size = options.batch_size,
          .sampler = options.sampler,
          .drop_last = options.drop_last,
          .seed = options.seed,
          .transforms = options.transforms,
          .workers = options.workers,
          .prefetch = options.prefetch};
}

LearnerState::LearnerState(Graph graph, DataSplits splits, LearnerOptions given)
    : model(std::move(graph)),
      data(std::move(splits)),
      options(std::move(given)),
      loss(loss_of_options(options)),
      parameters(model, *options.backend),
      plans(model, loss, parameters, options.seed),
      groups(default_groups(parameters)),
      decays(options.optimizer.decays()),
      optimizer(options.optimizer, parameters.values().count(),
                group_ranges(groups, model, parameters, decays), *options.backend,
                parameter_tensors(parameters)),
      preprocessing_(options.preprocessing) {
  preprocessing_.shape = image_input_of(model).shape;
}

LearnerState::LearnerState(const LearnerState& other, std::uint64_t seed_shift)
    : model(other.model),
      data(other.data),
      options(with_seed(other.options, other.options.seed + seed_shift)),
      loss(other.loss),
      parameters(model, *options.backend),
      plans(model, loss, parameters, options.seed),
      groups(other.groups),
      decays(other.decays),
      optimizer(options.optimizer, parameters.values().count(),
                group_ranges(groups, model, parameters, decays), *options.backend,
                parameter_tensors(parameters)),
      progress(other.progress),
      epochs_done(other.epochs_done),
      fits(other.fits),
      preprocessing_(other.preprocessing()) {
  apply_groups();
  const Backend& backend = *options.backend;
  backend.copy(parameters.values(), other.parameters.values());
  backend.copy(parameters.states(), other.parameters.states());
  for (std::size_t i = 0; i < optimizer.states().size(); ++i) {
    backend.copy(optimizer.states()[i].ref(), other.optimizer.states()[i].ref());
  }
  optimizer.set_steps_done(other.optimizer.steps_done());
}

std::int64_t LearnerState::samples_an_epoch() const {
  LoaderOptions loading = training_loading(options);
  loading.drop_last = false;
  return data::samples_of(*data.train, loading);
}

std::int64_t LearnerState::batches_an_epoch() const {
  const std::int64_t all = data::batches_of(*data.train, training_loading(options));
  return options.max_batches == 0 ? all : std::min(all, options.max_batches);
}

const Preprocessing& LearnerState::preprocessing() const {
  if (preprocessing_.normalisation.mean.empty()) {
    preprocessing_.normalisation = normalisation_of(*data.train, preprocessing_, options.measuring);
  }
  return preprocessing_;
}

void LearnerState::adopt(const Preprocessing& saved) {
  const Normalisation& own = preprocessing_.normalisation;
  if (!own.mean.empty() && own != saved.normalisation) {
    throw BadInput(
        "this is another training than the saved one: its images were normalised with another mean and std");
  }
  if (preprocessing_.fit != saved.fit) {
    throw BadInput("this is another training than the saved one: pictures were fitted by \"" +
                   std::string(image::name_of(saved.fit)) + "\", now by \"" +
                   std::string(image::name_of(preprocessing_.fit)) + "\"");
  }
  if (preprocessing_.filter != saved.filter) {
    throw BadInput("this is another training than the saved one: pictures were resized by \"" +
                   std::string(image::name_of(saved.filter)) + "\", now by \"" +
                   std::string(image::name_of(preprocessing_.filter)) + "\"");
  }
  preprocessing_.background = saved.background;  // earlier versions had another default
  preprocessing_.normalisation = saved.normalisation;
}

Loader& LearnerState::train_loader() {
  if (!train_loader_) {
    LoaderOptions loading = training_loading(options);
    loading.preprocessing = preprocessing();
    train_loader_ = std::make_unique<Loader>(data.train, std::move(loading));
  }
  return *train_loader_;
}

void LearnerState::apply_groups() {
  optimizer.set_ranges(group_ranges(groups, model, parameters, decays));
  plans.freeze(frozen_nodes(groups, model, parameters));
}

Batch& LearnerState::current_batch() {
  if (!in_batch && event != Event::after_batch) throw Error("no batch is under way");
  return batch;
}

void LearnerState::check_batch() const {
  if (batch.images == nullptr || batch.targets == nullptr) {
    throw BadInput(std::string("the batch has lost its ") + (batch.images == nullptr ? "images" : "targets") +
                   ": the pointer is null");
  }
  if (event == Event::before_batch) {
    if (batch.size >= 1 && batch.size <= batch_room) return;
    throw BadInput("the size of the batch must be from 1 to the " + counted(batch_room, "sample") +
                   " that it holds, found " + std::to_string(batch.size));
  }
  if (batch.size == batch_room) return;
  throw BadInput("the size of the batch can change at before_batch only: expected " +
                 std::to_string(batch_room) + ", found " + std::to_string(batch.size));
}

std::string LearnerState::place() const {
  return "epoch " + std::to_string(progress.epoch + 1) + ", batch " + std::to_string(progress.batch + 1);
}

}  // namespace lehr

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/diagnosis/diagnosis.hpp"

namespace lehr::diagnosis {

/// What a rule may need to know.
enum class Need {
  graph,          ///< the network
  start,          ///< what was measured before the first step
  batches,        ///< losses of training batches
  validation,     ///< an epoch with a validation loss
  layers,         ///< statistics of activations (--stats)
  gradients,      ///< statistics of weights, gradients and updates (--stats-gradients)
  channels,       ///< counts of channels (--stats-channels)
  confusion,      ///< the confusion matrix of the validation set
  training_eval,  ///< the training set evaluated like the validation set (--train-eval)
  end,            ///< the training is over: of a running one, more may come
};

/// A case as rules read it.
class Facts {
 public:
  /// The case must outlive the facts.
  explicit Facts(const Case& what);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  const store::RunRecords& run() const { return run_; }
  const store::RecordedLayers& recorded() const { return layers_; }
  const std::vector<LayerStats>& layers() const { return layers_.layers; }

  bool has(Need need) const;
  /// Only if has(Need::graph).
  const Graph& graph() const { return *graph_; }
  /// The training batches, in order.
  const std::vector<store::StepRow>& batches() const { return batches_; }
  /// Their losses, and the losses smoothed over about a twentieth of the training (without bias).
  const std::vector<double>& losses() const { return losses_; }
  const std::vector<double>& smoothed() const { return smoothed_; }
  /// Number of classes; 0 if unknown.
  std::size_t classes() const { return run_.info.classes.size(); }
  /// The loss of a network that knows nothing: ln(classes). NaN if the classes are unknown.
  double chance_loss() const;
  /// The last epoch with a validation; null if there is none.
  const store::EpochRow* last_validated() const;

  /// An option that the run recorded, as text; empty if it did not.
  std::string option(std::string_view key) const;
  /// The option as a number; nothing if it was not recorded or is not a number.
  std::optional<double> number(std::string_view key) const;
  /// A number that was measured before the first step; nothing if it was not.
  std::optional<double> measured(const std::string& key) const;

  /// The median of a series of a layer over the last fifth of the training.
  double late(const std::vector<float>& series) const;
  /// The same over the first tenth of the recorded batches.
  double early(const std::vector<float>& series) const;
  /// The value at the first recorded batch; NaN if there is none.
  double first(const std::vector<float>& series) const;
  /// The median over the batches with a high learning rate.
  double at_high_rate(const std::vector<float>& series) const;

 private:
  const store::RunRecords& run_;
  const std::optional<store::RecordedLayers> own_layers_;  ///< if the case has none
  const store::RecordedLayers& layers_;
  const Graph* graph_;
  const std::map<std::string, double>& measured_;
  std::vector<store::StepRow> batches_;
  std::vector<double> losses_;
  std::vector<double> smoothed_;
  std::vector<std::size_t> late_;
  std::vector<std::size_t> early_;
  std::vector<std::size_t> high_rate_;
};

/// The name of a layer in sentences: "layer 3".
std::string layer_text(const LayerStats& layer);

}  // namespace lehr::diagnosis

#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/attributes.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr {

/// The function of scores and targets that training minimises, as data. Set LearnerOptions::loss to
/// one, or register one and choose it by name.
class Loss {
 public:
  virtual ~Loss() = default;
  /// The name in checkpoints and on the command line: "cross_entropy".
  virtual std::string_view name() const = 0;
  /// The settings. make_loss makes the same loss from them.
  virtual Attributes attributes() const { return {}; }
  /// Adds the loss to a graph and returns its node: the mean over the batch, of shape (1). scores:
  /// (N, classes). targets: class numbers (N) of i64, or (N, classes) of f32 with the share of each
  /// class if samples are mixed (mixup, cutmix). Throws BadInput if the loss does not support these
  /// inputs.
  virtual NodeId add_to(Graph& graph, NodeId scores, NodeId targets) const = 0;
  /// One weight per class if the loss is a weighted mean. Empty if all samples count the same.
  virtual std::span<const double> class_weights() const { return {}; }
};

/// Cross entropy, the default loss of a Learner.
std::shared_ptr<const Loss> cross_entropy_loss(const ops::CrossEntropy::Spec& spec = {});

/// Makes a loss from one operation, such as a CustomOp. Its inputs are scores and targets, and its
/// output is one number. The loss has the name and the attributes of the operation.
std::shared_ptr<const Loss> loss_of(std::shared_ptr<const Op> op);

/// Makes a loss from the result of its attributes(). It should have a default for each attribute.
using LossFactory = std::function<std::shared_ptr<const Loss>(const Attributes&)>;

/// Registers a loss for make_loss. Training options can then name it, and checkpoints and dumps
/// that use it can be read. Throws BadInput if the name is taken or is not a valid name. May be
/// called from any thread.
void register_loss(const std::string& name, LossFactory make);

/// Makes a loss by its name. Throws BadInput, with the nearest valid name, for an unknown name.
/// Also throws it for attributes that the loss does not have or that are out of range.
std::shared_ptr<const Loss> make_loss(std::string_view name, const Attributes& attributes = {});
std::vector<std::string> loss_names();

/// A model with its loss. The loss is the output.
struct LossGraph {
  Graph graph;
  NodeId scores = 0;   ///< the model's output
  NodeId targets = 0;  ///< an input: class numbers, or the share of each class
};

/// Adds a loss to a classifier. If `soft` is set, the targets are the share of each class. Throws
/// BadInput if the loss does not give one number or does not support such targets.
LossGraph with_loss(const Graph& classifier, const Loss& loss, bool soft = false);

}  // namespace lehr

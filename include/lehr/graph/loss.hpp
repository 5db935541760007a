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

/// What a training minimises: a function of scores and targets, as data. Give one to
/// LearnerOptions::loss, or register it and choose it by name.
class Loss {
 public:
  virtual ~Loss() = default;
  /// In checkpoints and on the command line: "cross_entropy".
  virtual std::string_view name() const = 0;
  /// The settings, from which make_loss makes the same loss again.
  virtual Attributes attributes() const { return {}; }
  /// Adds the loss to a graph and returns its node, the mean over the batch, of shape (1). scores: (N,
  /// classes). targets: class numbers (N) of i64; or (N, classes) of f32, the share of each class, if samples
  /// are mixed (mixup, cutmix). Throws BadInput if the loss has no use for these.
  virtual NodeId add_to(Graph& graph, NodeId scores, NodeId targets) const = 0;
  /// One weight for each class, if the mean is by weight; empty if all samples count the same.
  virtual std::span<const double> class_weights() const { return {}; }
};

/// The cross entropy, which a Learner minimises by default.
std::shared_ptr<const Loss> cross_entropy_loss(const ops::CrossEntropy::Spec& spec = {});

/// The loss that is one operation with the inputs scores and targets and one number as its output, such as a
/// CustomOp. It has the operation's type for a name, and its attributes.
std::shared_ptr<const Loss> loss_of(std::shared_ptr<const Op> op);

/// Makes a loss from the attributes that its attributes() gave. It should have a default for each attribute.
using LossFactory = std::function<std::shared_ptr<const Loss>(const Attributes&)>;

/// Adds a loss to those that make_loss knows: trainings can name it, and checkpoints and dumps of trainings
/// with it can be read. Throws BadInput if the name is taken or is no name. May be called from any thread.
void register_loss(const std::string& name, LossFactory make);

/// Makes a loss by its name. Throws BadInput with the nearest valid name, and for attributes that the loss
/// does not have or that are out of range.
std::shared_ptr<const Loss> make_loss(std::string_view name, const Attributes& attributes = {});
std::vector<std::string> loss_names();

/// A model with its loss, which is the output.
struct LossGraph {
  Graph graph;
  NodeId scores = 0;   ///< the model's output
  NodeId targets = 0;  ///< an input: class numbers, or the share of each class
};

/// Adds a loss to a classifier. `soft`: on the share of each class. Throws BadInput if the loss does not give
/// one number, or has no use for such targets.
LossGraph with_loss(const Graph& classifier, const Loss& loss, bool soft = false);

}  // namespace lehr

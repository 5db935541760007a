#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lehr/backend/custom_kernel.hpp"
#include "lehr/graph/op.hpp"

namespace lehr {

/// A program's own operation: its description (Op) and its computation (CustomKernel) in one class.
/// type(), infer() and forward() are required. Training also needs backward(). docs/extending.md
/// has an example.
class CustomOp : public Op, public CustomKernel {};

/// Makes the operation from the result of its attributes().
using CustomOpFactory = std::function<std::shared_ptr<const CustomOp>(const Attributes&)>;

/// Registers an operation. Models that contain it can then be computed on the cpu and the reference
/// backend, saved, loaded, resumed and replayed. Call it in main, before the first graph with this
/// operation:
///
///     register_op("swish", [](const Attributes& given) {
///       return std::make_shared<Swish>(given.real("beta"));
///     });
///
/// Throws BadInput if the type is taken or is not a valid name. May be called from any thread.
void register_op(const std::string& type, const CustomOpFactory& make);

/// Registers an operation as a loss too (register_loss and loss_of). Its inputs are scores and
/// targets, and its output is one number. The function should have a default for each attribute.
void register_loss_op(const std::string& name, const CustomOpFactory& make);

}  // namespace lehr

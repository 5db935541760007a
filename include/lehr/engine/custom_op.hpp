#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lehr/backend/custom_kernel.hpp"
#include "lehr/graph/op.hpp"

namespace lehr {

/// An operation of a program's own: its description (Op) and how it is computed (CustomKernel) in one class.
/// type(), infer() and forward() are a must; backward() is needed to train with it. docs/extending.md has an
/// example.
class CustomOp : public Op, public CustomKernel {};

/// Makes the operation from the attributes that its attributes() gave.
using CustomOpFactory = std::function<std::shared_ptr<const CustomOp>(const Attributes&)>;

/// Adds an operation: from now on models that contain it can be computed on the cpu and the reference
/// backend, saved, loaded, resumed and replayed. Call it in main, before the first graph with this operation:
/// `register_op("swish", [](const Attributes& given) { return std::make_shared<Swish>(given.real("beta"));
/// });` Throws BadInput if the type is taken or is no name. May be called from any thread.
void register_op(const std::string& type, const CustomOpFactory& make);

/// Adds an operation as a loss too (register_loss and loss_of): its inputs are scores and targets, its output
/// is one number. The function should have a default for each attribute.
void register_loss_op(const std::string& name, const CustomOpFactory& make);

}  // namespace lehr

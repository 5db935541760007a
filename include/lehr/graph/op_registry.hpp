#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/graph/op.hpp"

namespace lehr {

/// Makes an op from the result of its attributes(). Throws BadInput for attributes out of range.
using OpFactory = std::function<std::shared_ptr<const Op>(const Attributes&)>;

/// Makes an op from its type and attributes, for example those of a saved model. Throws BadInput
/// for an unknown type and for attributes that are missing, have another type or are out of range.
std::shared_ptr<const Op> make_op(std::string_view type, const Attributes& attributes);

/// Registers a type of operation for make_op and graph_from_json. This adds only the description;
/// register_op (lehr/engine/custom_op.hpp) adds an operation with its kernels. Throws BadInput if
/// the type is taken or is not a valid name. May be called from any thread.
void register_op_type(const std::string& type, OpFactory make);

/// All types, in alphabetical order.
std::vector<std::string> op_types();

}  // namespace lehr

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/graph/op.hpp"

namespace lehr {

/// Makes an op from the attributes that Op::attributes() gave. Throws BadInput for attributes out of range.
using OpFactory = std::function<std::shared_ptr<const Op>(const Attributes&)>;

/// Makes an op from its type and attributes: the way back from a saved model. Throws BadInput for an unknown
/// type and for attributes that are missing, of another type or out of range.
std::shared_ptr<const Op> make_op(std::string_view type, const Attributes& attributes);

/// Adds a type of operation to those that make_op and graph_from_json know. This is the description alone:
/// register_op (lehr/engine/custom_op.hpp) adds an operation with its kernels. Throws BadInput if the type is
/// taken or is no name. May be called from any thread.
void register_op_type(const std::string& type, OpFactory make);

/// All types, in alphabetical order.
std::vector<std::string> op_types();

}  // namespace lehr

#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "lehr/graph/op.hpp"

namespace lehr {

/// Makes an op from its type and attributes: the way back from a saved model. Throws BadInput for an unknown
/// type and for attributes that are missing, of another type or out of range.
std::shared_ptr<const Op> make_op(std::string_view type, const Attributes& attributes);

/// Where each file of src/graph/ops/ enters its op; the build collects the calls.
class OpRegistry {
 public:
  using Factory = std::function<std::shared_ptr<const Op>(const Attributes&)>;
  virtual ~OpRegistry() = default;
  virtual void add(std::string_view type, Factory factory) = 0;
};

}  // namespace lehr

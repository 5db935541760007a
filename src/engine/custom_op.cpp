#include "lehr/engine/custom_op.hpp"

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/graph/op_registry.hpp"

namespace lehr {

void register_op(const std::string& type, const CustomOpFactory& make) {
  if (!make) throw BadInput("the operation " + in_quotes(type) + " needs a function that makes it");
  register_op_type(type, make);
  register_custom_kernel(type, make);
}

void register_loss_op(const std::string& name, const CustomOpFactory& make) {
  register_op(name, make);
  register_loss(name, [make](const Attributes& attributes) { return loss_of(make(attributes)); });
}

}  // namespace lehr

#include "lehr/backend/buffer.hpp"

namespace lehr {

Buffer Buffer::copy_of(const ConstTensorRef& from) {
  Buffer made(from.backend(), from.spec(), from.strides());
  from.backend().copy(made.ref(), from);
  return made;
}

}  // namespace lehr

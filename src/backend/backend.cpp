#include "lehr/backend/backend.hpp"

#include <string>
#include <utility>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

/// Calls body with a value of the element type.
template <class Body>
void with_type(DType type, const Body& body) {
  switch (type) {
    case DType::f32:
      return body(float());
    case DType::u8:
      return body(static_cast<unsigned char>(0));
    case DType::i64:
      return body(std::int64_t());
    case DType::bf16:
      break;
  }
  throw Error("tensors of " + std::string(name_of(type)) + " cannot be moved between layouts");
}

}  // namespace

std::vector<float> Backend::download_floats(const ConstTensorRef& from) const {
  std::vector<float> host(static_cast<std::size_t>(from.count()));
  if (host.empty()) return host;
  if (from.dtype() != DType::f32) {
    throw Error("expected a tensor of f32, found " + std::string(name_of(from.dtype())));
  }
  download(host.data(), from);
  return host;
}

Tensor Backend::download_tensor(const ConstTensorRef& from) const {
  Tensor stored(from.shape(), from.dtype(), from.strides());
  download(stored.data(), from);
  if (from.strides() == contiguous_strides(from.shape())) return stored;
  Tensor result(from.shape(), from.dtype());
  with_type(from.dtype(),
            [&]<class T>(T) { copy_elements(std::as_const(stored).view<T>(), result.view<T>()); });
  return result;
}

void Backend::upload_tensor(const TensorRef& to, const Tensor& from) const {
  if (from.shape() != to.shape() || from.dtype() != to.dtype()) {
    throw Error("expected a tensor of " + std::string(name_of(to.dtype())) + " of shape " + to.shape().str() +
                ", found " + std::string(name_of(from.dtype())) + " of shape " + from.shape().str());
  }
  if (from.strides() == to.strides()) return upload(to, from);
  Tensor stored(to.shape(), to.dtype(), to.strides());
  with_type(to.dtype(), [&]<class T>(T) { copy_elements(from.view<T>(), stored.view<T>()); });
  upload(to, stored);
}

}  // namespace lehr

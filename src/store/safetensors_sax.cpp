#include "store/safetensors_sax.hpp"

#include <limits>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "store/safetensors_dtype.hpp"

namespace lehr::store {

std::string SafeTensorsSax::where() const {
  switch (place_) {
    case Place::start:
    case Place::top:
      return name_.empty() ? "the header" : in_quotes(name_) + " in the header";
    case Place::metadata:
      return name_.empty() ? "the metadata" : "metadata " + in_quotes(name_);
    case Place::tensor:
    case Place::list:
      return "tensor " + in_quotes(name_) + (field_.empty() ? "" : ", " + field_);
  }
  return "the header";
}

void SafeTensorsSax::fail(const std::string& what) const {
  throw BadInput(file_ + ": " + where() + ": " + what);
}

void SafeTensorsSax::unexpected(const std::string& found) const {
  std::string expected = "an object";
  if (place_ == Place::metadata) expected = "a text";
  if (place_ == Place::tensor) expected = field_ == "dtype" ? "a text" : "a list of whole numbers";
  if (place_ == Place::list) expected = "whole numbers of 0 or more";
  fail("expected " + expected + ", found " + found);
}

bool SafeTensorsSax::parse_error(std::size_t position, const std::string&,
                                 const nlohmann::detail::exception&) {
  throw BadInput(file_ + ": not a safetensors file: its header is not JSON at byte " +
                 std::to_string(position) + " of it");
}

bool SafeTensorsSax::start_object(std::size_t) {
  if (place_ == Place::start) {
    place_ = Place::top;
    return true;
  }
  if (place_ != Place::top) unexpected("an object");
  if (name_ == metadata_key) {
    place_ = Place::metadata;
    name_.clear();
  } else {
    place_ = Place::tensor;
    field_.clear();
    fields_ = {};
  }
  return true;
}

bool SafeTensorsSax::key(string_t& text) {
  if (place_ == Place::tensor) {
    field_ = "";
    bool* seen = text == "dtype"          ? &fields_.dtype
                 : text == "shape"        ? &fields_.shape
                 : text == "data_offsets" ? &fields_.data_offsets
                                          : nullptr;
    if (seen == nullptr) fail("expected dtype, shape and data_offsets, found " + in_quotes(text));
    if (std::exchange(*seen, true)) fail(text + " is there twice");
    field_ = text;
    return true;
  }
  name_ = std::move(text);
  if (place_ == Place::metadata) {
    if (header_.metadata.contains(name_)) fail("is there twice");
  } else if (name_ == metadata_key) {
    if (std::exchange(has_metadata_, true)) fail("is there twice");
  } else if (header_.tensors.contains(name_)) {
    fail("is there twice");
  }
  return true;
}

bool SafeTensorsSax::string(string_t& text) {
  if (place_ == Place::metadata) {
    header_.metadata.emplace(name_, std::move(text));
    return true;
  }
  if (place_ != Place::tensor || field_ != "dtype") unexpected("a text");
  const auto dtype = dtype_of_file_name(text);
  if (!dtype) fail("expected F32, BF16, U8 or I64, found " + in_quotes(text));
  fields_.type = *dtype;
  return true;
}

bool SafeTensorsSax::start_array(std::size_t) {
  if (place_ != Place::tensor || field_ == "dtype") unexpected("a list");
  place_ = Place::list;
  return true;
}

bool SafeTensorsSax::end_array() {
  place_ = Place::tensor;
  return true;
}

bool SafeTensorsSax::number_unsigned(number_unsigned_t value) {
  if (place_ != Place::list) unexpected("a number");
  if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
    fail("the number " + std::to_string(value) + " does not fit 63 bits");
  }
  const bool is_shape = field_ == "shape";
  std::vector<std::int64_t>& list = is_shape ? fields_.extents : fields_.offsets;
  const std::size_t most = is_shape ? Shape::max_rank : 2;
  if (list.size() == most) fail("expected at most " + counted(most, "number") + ", found more");
  list.push_back(static_cast<std::int64_t>(value));
  return true;
}

Shape SafeTensorsSax::make_shape() const {
  try {
    return Shape(std::span(fields_.extents));
  } catch (const Error& error) {
    fail(error.what());
  }
}

void SafeTensorsSax::finish_tensor() {
  field_.clear();
  if (!fields_.dtype || !fields_.shape || !fields_.data_offsets) {
    fail("expected dtype, shape and data_offsets, found only some of them");
  }
  if (fields_.offsets.size() != 2 || fields_.offsets[0] > fields_.offsets[1]) {
    fail("expected data_offsets of a begin and an end, in this order");
  }
  header_.tensors.emplace(name_, HeaderEntry{{fields_.type, make_shape()},
                                             static_cast<std::uint64_t>(fields_.offsets[0]),
                                             static_cast<std::uint64_t>(fields_.offsets[1])});
}

bool SafeTensorsSax::end_object() {
  if (place_ == Place::tensor) finish_tensor();
  place_ = Place::top;
  name_.clear();
  return true;
}

}  // namespace lehr::store

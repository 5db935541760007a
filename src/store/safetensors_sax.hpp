#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "store/safetensors_header.hpp"

namespace lehr::store {

/// Receives the events of the JSON parser and accepts only the format's own grammar, so that depth and memory
/// are bounded for any text. Every method throws BadInput if its event is not allowed at this place.
class SafeTensorsSax final : public nlohmann::json_sax<nlohmann::json> {
 public:
  SafeTensorsSax(const std::string& file, SafeTensorsHeader& header) : file_(file), header_(header) {}

  bool null() override { unexpected("null"); }
  bool boolean(bool) override { unexpected("true or false"); }
  bool number_integer(number_integer_t) override { unexpected("a negative number"); }
  bool number_unsigned(number_unsigned_t value) override;
  bool number_float(number_float_t, const string_t&) override {
    unexpected("a number that is not whole or does not fit 64 bits");
  }
  bool string(string_t& text) override;
  bool binary(binary_t&) override { unexpected("binary data"); }
  bool start_object(std::size_t) override;
  bool key(string_t& text) override;
  bool end_object() override;
  bool start_array(std::size_t) override;
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) override;

 private:
  enum class Place { start, top, metadata, tensor, list };
  [[noreturn]] void unexpected(const std::string& found) const;
  [[noreturn]] void fail(const std::string& what) const;
  std::string where() const;
  void finish_tensor();
  Shape make_shape() const;

  struct Fields {
    bool dtype = false, shape = false, data_offsets = false;
    DType type = DType::f32;
    std::vector<std::int64_t> extents;
    std::vector<std::int64_t> offsets;
  };

  const std::string& file_;
  SafeTensorsHeader& header_;
  Place place_ = Place::start;
  std::string name_;   ///< of the tensor, or of the text in the metadata
  std::string field_;  ///< of the tensor
  Fields fields_;
  bool has_metadata_ = false;
};

}  // namespace lehr::store

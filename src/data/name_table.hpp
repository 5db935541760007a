#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lehr::data {

/// Texts one after the other in one block of memory: a million paths take about as many bytes as they have
/// characters, and eight more each.
class NameTable {
 public:
  void add(std::string_view name) {
    text_ += name;
    ends_.push_back(text_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
  }

 private:
  std::string text_;
  std::vector<std::uint64_t> ends_;
};

}  // namespace lehr::data

#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/attributes.hpp"

namespace lehr {

/// The values that a setting may have.
template <class T>
struct SettingRange {
  T least = std::numeric_limits<T>::lowest();
  T most = std::numeric_limits<T>::max();
};

/// Two numbers, the first at most as large as the second.
struct Span {
  double least = 0, most = 0;
};

/// Reads the settings of a transform or a sampler and checks them. Each function throws BadInput
/// with the owner, the setting, what was expected and what was found.
class Settings {
 public:
  /// Messages begin with `owner`: "the transform random_crop". The attributes must outlive this
  /// object.
  Settings(std::string owner, const Attributes& given) : owner_(std::move(owner)), given_(given) {}

  bool has(const std::string& name);
  std::int64_t integer(const std::string& name, SettingRange<std::int64_t> range = {});
  std::int64_t integer_or(const std::string& name, std::int64_t otherwise,
                          SettingRange<std::int64_t> range = {});
  double real(const std::string& name, SettingRange<double> range = {});
  double real_or(const std::string& name, double otherwise, SettingRange<double> range = {});
  /// Two ascending numbers.
  Span span_or(const std::string& name, Span otherwise, SettingRange<double> range = {});
  /// A number x for `centre` - x to `centre` + x, cut at the ends of the range, or two ascending numbers.
  Span span_around(const std::string& name, double centre, double otherwise, SettingRange<double> range);
  std::string text_or(const std::string& name, std::string_view otherwise);
  /// One of the names.
  std::string name_or(const std::string& name, std::string_view otherwise,
                      const std::vector<std::string>& names);
  /// Throws BadInput if there is a setting that no function has read.
  void check_all_known() const;

 private:
  [[noreturn]] void refuse(const std::string& name, const std::string& expected) const;

  std::string owner_;
  const Attributes& given_;
  std::set<std::string> known_;
};

}  // namespace lehr

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lehr {

/// One value of an operation's or an optimizer's description.
using Attribute =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

/// Named values that describe an operation or an optimizer as data, so that it can be printed, saved and
/// handed to a backend without either side knowing the other's types.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, Attribute>> values) : values_(values) {}

  void set(std::string name, Attribute value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  bool contains(std::string_view name) const { return values_.contains(std::string(name)); }

  /// Each throws Error, naming the attribute, where it is missing or of another type. An integer serves as a
  /// real.
  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& reals(std::string_view name) const;

  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  friend bool operator==(const Attributes&, const Attributes&) = default;

 private:
  const Attribute& find(std::string_view name) const;
  std::map<std::string, Attribute> values_;
};

}  // namespace lehr

#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lehr {

/// One value in the description of an operation or an optimizer.
using Attribute =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

/// Named values that describe an operation or an optimizer as data. They can be printed, saved and passed to
/// a backend, and neither side needs the other's types.
class Attributes {
 public:
  // Defined in the source file: these templates take a tenth of a second to compile.
  Attributes();
  Attributes(std::initializer_list<std::pair<const std::string, Attribute>> values);
  ~Attributes();
  Attributes(const Attributes&);
  Attributes(Attributes&&) noexcept;
  Attributes& operator=(const Attributes&);
  Attributes& operator=(Attributes&&) noexcept;

  void set(std::string name, Attribute value);
  bool contains(std::string_view name) const;

  /// Each getter throws Error, naming the attribute, if it is missing or has another type. real() also
  /// accepts an integer.
  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double real(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& reals(std::string_view name) const;

  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  friend bool operator==(const Attributes&, const Attributes&);

 private:
  const Attribute& find(std::string_view name) const;
  std::map<std::string, Attribute> values_;
};

}  // namespace lehr

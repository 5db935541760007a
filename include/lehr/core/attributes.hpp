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

/// One value of an operation's or an optimizer's description.
using Attribute =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>>;

/// Named values that describe an operation or an optimizer as data, so that it can be printed, saved and
/// handed to a backend without either side knowing the other's types.
class Attributes {
 public:
  // Out of line, since the templates behind them take a tenth of a second in each source.
  Attributes();
  Attributes(std::initializer_list<std::pair<const std::string, Attribute>> values);
  ~Attributes();
  Attributes(const Attributes&);
  Attributes(Attributes&&) noexcept;
  Attributes& operator=(const Attributes&);
  Attributes& operator=(Attributes&&) noexcept;

  void set(std::string name, Attribute value);
  bool contains(std::string_view name) const;

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
  friend bool operator==(const Attributes&, const Attributes&);

 private:
  const Attribute& find(std::string_view name) const;
  std::map<std::string, Attribute> values_;
};

}  // namespace lehr

#include "lehr/core/attributes.hpp"

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

template <class T>
const T& expect(const Attribute& value, std::string_view name, std::string_view type) {
  if (const T* held = std::get_if<T>(&value)) return *held;
  throw Error("attribute \"" + std::string(name) + "\" should be " + std::string(type));
}

}  // namespace

Attributes::Attributes() = default;
Attributes::Attributes(std::initializer_list<std::pair<const std::string, Attribute>> values)
    : values_(values) {}
Attributes::~Attributes() = default;
Attributes::Attributes(const Attributes&) = default;
Attributes::Attributes(Attributes&&) noexcept = default;
Attributes& Attributes::operator=(const Attributes&) = default;
Attributes& Attributes::operator=(Attributes&&) noexcept = default;

void Attributes::set(std::string name, Attribute value) {
  values_.insert_or_assign(std::move(name), std::move(value));
}

bool Attributes::contains(std::string_view name) const { return values_.contains(std::string(name)); }

bool operator==(const Attributes&, const Attributes&) = default;

const Attribute& Attributes::find(std::string_view name) const {
  const auto found = values_.find(std::string(name));
  if (found == values_.end()) throw Error("attribute \"" + std::string(name) + "\" is missing");
  return found->second;
}

bool Attributes::flag(std::string_view name) const { return expect<bool>(find(name), name, "true or false"); }

std::int64_t Attributes::integer(std::string_view name) const {
  return expect<std::int64_t>(find(name), name, "an integer");
}

double Attributes::real(std::string_view name) const {
  const Attribute& value = find(name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  return expect<double>(value, name, "a number");
}

const std::string& Attributes::text(std::string_view name) const {
  return expect<std::string>(find(name), name, "a text");
}

const std::vector<std::int64_t>& Attributes::integers(std::string_view name) const {
  return expect<std::vector<std::int64_t>>(find(name), name, "a list of integers");
}

const std::vector<double>& Attributes::reals(std::string_view name) const {
  return expect<std::vector<double>>(find(name), name, "a list of numbers");
}

}  // namespace lehr

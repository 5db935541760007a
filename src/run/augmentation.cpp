#include "run/augmentation.hpp"

#include <algorithm>
#include <charconv>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/augmentation.hpp"
#include "lehr/data/transform.hpp"
#include "run/toml_document.hpp"

namespace lehr::run {
namespace {

template <class Number>
Number number_of(const TomlNode& node) {
  Number number{};
  std::from_chars(node.text.data(), node.text.data() + node.text.size(), number);
  return number;
}

bool is_number(const TomlNode& node) {
  return node.kind == TomlNode::Kind::integer || node.kind == TomlNode::Kind::real;
}

template <class Number>
std::vector<Number> numbers_of(const TomlNode& list) {
  std::vector<Number> numbers;
  for (const TomlNode& item : list.items) numbers.push_back(number_of<Number>(item));
  return numbers;
}

Attribute attribute_of(const TomlDocument& document, const TomlNode& node) {
  switch (node.kind) {
    case TomlNode::Kind::flag:
      return node.text == "true";
    case TomlNode::Kind::text:
      return node.text;
    case TomlNode::Kind::integer:
      return number_of<std::int64_t>(node);
    case TomlNode::Kind::real:
      return number_of<double>(node);
    case TomlNode::Kind::list:
      if (std::ranges::all_of(node.items, is_number)) return numbers_of<double>(node);
      break;
    default:
      break;
  }
  document.refuse(node, node.key + " expects a number, a text, true, false or a list of numbers");
}

TransformSpec transform_of(const TomlDocument& document, const TomlNode& table) {
  if (table.kind != TomlNode::Kind::table)
    document.refuse(table, "a transform expects a section [[transform]]");
  const TomlNode* name = table.get("name");
  if (name == nullptr) document.fail(table, "a transform needs a name");
  TransformSpec spec{.name = document.text(*name, "name")};
  for (const TomlNode& entry : table.entries) {
    if (&entry != name) spec.settings.set(entry.key, attribute_of(document, entry));
  }
  try {
    make_transform(spec);
  } catch (const BadInput& error) {
    document.fail(table, error.what());
  }
  return spec;
}

/// The sections [[transform]] of a file, in their order.
std::vector<TransformSpec> transforms_in(const std::filesystem::path& file) {
  const TomlDocument document = TomlDocument::of_file(file);
  document.check_keys(document.root(), {"transform"});
  std::vector<TransformSpec> transforms;
  const TomlNode* list = document.root().get("transform");
  if (list == nullptr) return transforms;
  if (list->kind != TomlNode::Kind::list) document.refuse(*list, "transform expects sections [[transform]]");
  for (const TomlNode& table : list->items) transforms.push_back(transform_of(document, table));
  return transforms;
}

std::string suggested(const DataSplits& data, const Shape& input) {
  constexpr std::int64_t small = 64;
  if (data.augment != "photos") return data.augment;
  if (input[0] == 1) return "none";
  return std::max(input[1], input[2]) <= small ? "light" : "photos";
}

}  // namespace

bool is_augmentation_file(const std::string& value) {
  return value.ends_with(".toml") || value.find('/') != std::string::npos;
}

void check_augmentation(const std::string& option, const std::string& value) {
  if (is_augmentation_file(value) || value == data_augmentation) return;
  try {
    data::augmentation(value);
  } catch (const BadInput& error) {
    throw BadInput(option + ": " + error.what() + "; a file of transforms ends with .toml");
  }
}

std::vector<TransformSpec> transforms_of(const TrainConfig& config, const DataSplits& data,
                                         const Shape& input) {
  if (config.augment == data_augmentation) return data::augmentation(suggested(data, input));
  if (is_augmentation_file(config.augment)) return transforms_in(config.augment);
  return data::augmentation(config.augment);
}

}  // namespace lehr::run

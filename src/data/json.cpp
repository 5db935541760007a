// Preprocessings and transforms as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/image/edit.hpp"

namespace lehr {
namespace {

using Json = nlohmann::ordered_json;  // keeps the order of the keys

constexpr std::int64_t version = 2;         // 1 had no filter and background
constexpr const char* scale_name = "unit";  // values in [0, 1]

/// Messages begin with `what`. The depth is bounded, so that no text can use much more memory than
/// its size.
Json parse(std::string_view text, const std::string& what) {
  constexpr int deepest = 4;
  const auto shallow = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth > deepest) throw BadInput(what + " is nested too deep");
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), shallow);
  } catch (const Json::exception&) {
    throw BadInput(what + " is not JSON");
  }
}

bool is_int64(const Json& value) {
  if (value.is_number_unsigned()) {
    return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  return value.is_number_integer();
}

/// An object whose entries are checked as they are read.
class Object {
 public:
  Object(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
    if (!json_.is_object()) throw BadInput(what_ + " should be a JSON object");
  }

  std::int64_t integer(const char* key) const {
    const Json& value = at(key);
    if (!is_int64(value)) refuse(key, "an integer");
    return value.get<std::int64_t>();
  }
  bool flag(const char* key) const {
    const Json& value = at(key);
    if (!value.is_boolean()) refuse(key, "true or false");
    return value.get<bool>();
  }
  std::string text(const char* key) const {
    const Json& value = at(key);
    if (!value.is_string()) refuse(key, "a text");
    return value.get<std::string>();
  }
  std::vector<float> floats(const char* key) const {
    const Json& value = at(key);
    const auto is_number = [](const Json& one) { return one.is_number(); };
    if (!value.is_array() || !std::ranges::all_of(value, is_number)) refuse(key, "a list of numbers");
    return value.get<std::vector<float>>();
  }
  void check_keys(std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : json_.items()) {
      if (std::ranges::find(known, key) == known.end()) {
        throw BadInput(what_ + " has an unknown entry " + in_quotes(key));
      }
    }
  }
  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const {
    throw BadInput(fmt::format("{}: \"{}\" should be {}", what_, printable(key), expected));
  }

 private:
  const Json& at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) throw BadInput(fmt::format("{} has no entry \"{}\"", what_, key));
    return *found;
  }

  const Json& json_;
  std::string what_;
};

Attribute attribute_of(const Object& owner, const std::string& key, const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return value.get<std::string>();
  if (is_int64(value)) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  const auto is_number = [](const Json& one) { return one.is_number(); };
  if (!value.is_array() || !std::ranges::all_of(value, is_number)) {
    owner.refuse(key, "true, false, a number, a text or a list of numbers");
  }
  if (!value.empty() && std::ranges::all_of(value, is_int64)) return value.get<std::vector<std::int64_t>>();
  return value.get<std::vector<double>>();
}

TransformSpec transform_of(const Json& json, std::size_t number) {
  const Object object(json, "transform " + std::to_string(number));
  TransformSpec spec{.name = object.text("name")};
  for (const auto& [key, value] : json.items()) {
    if (key != "name") spec.settings.set(key, attribute_of(object, key, value));
  }
  return spec;
}

}  // namespace

std::string to_json(const Preprocessing& preprocessing) {
  check_preprocessing(preprocessing);
  Json json = Json::object();
  json["version"] = version;
  json["channels"] = preprocessing.shape[0];
  json["height"] = preprocessing.shape[1];
  json["width"] = preprocessing.shape[2];
  json["fit"] = image::name_of(preprocessing.fit);
  json["any_shape"] = preprocessing.any_shape;
  json["filter"] = image::name_of(preprocessing.filter);
  json["background"] = image::name_of(preprocessing.background);
  json["scale"] = scale_name;
  json["mean"] = preprocessing.normalisation.mean;
  json["std"] = preprocessing.normalisation.std;
  return json.dump();
}

Preprocessing preprocessing_from_json(std::string_view text) {
  const Json json = parse(text, "the preprocessing");
  const Object object(json, "the preprocessing");
  const std::int64_t found_version = object.integer("version");
  if (found_version < 1 || found_version > version) {
    throw BadInput(fmt::format(
        "the preprocessing is of version {}, this lehr reads versions up to {}; use the lehr that "
        "wrote it or a newer one",
        found_version, version));
  }
  const bool has_filter = found_version >= 2;
  if (has_filter) {
    object.check_keys({"version", "channels", "height", "width", "fit", "any_shape", "filter", "background",
                       "scale", "mean", "std"});
  } else {
    object.check_keys({"version", "channels", "height", "width", "fit", "any_shape", "scale", "mean", "std"});
  }
  if (object.text("scale") != scale_name) object.refuse("scale", fmt::format("\"{}\"", scale_name));
  constexpr std::int64_t most = 1 << 20;
  for (const char* side : {"channels", "height", "width"}) {
    const std::int64_t found = object.integer(side);
    if (found < 1 || found > most) object.refuse(side, fmt::format("an integer from 1 to {}", most));
  }
  Preprocessing preprocessing{
      .shape = {object.integer("channels"), object.integer("height"), object.integer("width")},
      .fit = image::fit_by_name(object.text("fit")),
      .any_shape = object.flag("any_shape"),
      .filter = has_filter ? image::filter_by_name(object.text("filter")) : Filter::bilinear,
      .background = has_filter ? image::background_by_name(object.text("background")) : Background::none,
      .normalisation = {object.floats("mean"), object.floats("std")}};
  check_preprocessing(preprocessing);
  return preprocessing;
}

std::string to_json(std::span<const TransformSpec> transforms) {
  Json list = Json::array();
  for (const TransformSpec& spec : transforms) {
    Json object = Json::object();
    object["name"] = spec.name;
    for (const auto& [key, value] : spec.settings) {
      object[key] = std::visit([](const auto& held) { return Json(held); }, value);
    }
    list.push_back(std::move(object));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<TransformSpec> transforms_from_json(std::string_view text) {
  const Json json = parse(text, "the list of transforms");
  if (!json.is_array()) throw BadInput("the list of transforms should be a JSON list of objects");
  std::vector<TransformSpec> transforms;
  for (const Json& one : json) transforms.push_back(transform_of(one, transforms.size()));
  return transforms;
}

}  // namespace lehr

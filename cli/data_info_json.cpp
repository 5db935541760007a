#include "data_info_text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::cli {
namespace {

using data::CopyGroup;
using data::DataInfo;
using data::PictureRef;
using Object = nlohmann::ordered_json;

Object json_of(const data::ValueRange& range) {
  return {{"least", range.least}, {"median", range.median}, {"most", range.most}};
}

Object json_of(const DataInfo& info, const PictureRef& picture) {
  const std::string path = info.sets[picture.set].pictures->origin(picture.sample);
  return {{"set", info.sets[picture.set].name},
          {"sample", picture.sample},
          {"class", info.class_name(picture)},
          {"path", path.empty() ? Object() : Object(path)}};
}

Object json_of(const std::vector<data::KindCount>& kinds) {
  Object object = Object::object();
  for (const data::KindCount& kind : kinds) object[kind.name] = kind.pictures;
  return object;
}

Object json_of(const DataInfo& info, const std::vector<CopyGroup>& groups) {
  Object list = Object::array();
  for (const CopyGroup& group : groups) {
    Object pictures = Object::array();
    for (const PictureRef& picture : group.pictures) pictures.push_back(json_of(info, picture));
    list.push_back({{"across_sets", group.across_sets},
                    {"across_classes", group.across_classes},
                    {"pictures", std::move(pictures)}});
  }
  return list;
}

Object json_of(const Preprocessing& input) {
  if (input.shape.rank() != 3) return {};
  return {{"channels", input.shape[0]},
          {"height", input.shape[1]},
          {"width", input.shape[2]},
          {"fit", image::name_of(input.fit)},
          {"filter", image::name_of(input.filter)}};
}

}  // namespace

Object as_json(const DataInfo& info) {
  Object object{{"event", "data_info"}, {"data", info.data.source}, {"pictures", info.pictures()}};
  object["classes"] = info.data.train->class_names();
  for (const data::SetInfo& set : info.sets)
    object["sets"][set.name] = {{"pictures", set.pictures->size()}, {"class_counts", set.class_counts}};
  object["width"] = json_of(info.sizes.width);
  object["height"] = json_of(info.sizes.height);
  object["aspect"] = json_of(info.sizes.aspect);
  object["sizes"] = {{"different", info.sizes.different}, {"usual", json_of(info.sizes.usual)}};
  object["formats"] = json_of(info.formats);
  object["modes"] = json_of(info.modes);
  object["input"] = json_of(info.input);
  object["mean"] = info.input.normalisation.mean;
  object["std"] = info.input.normalisation.std;
  object["unreadable"] = Object::array();
  for (const data::UnreadablePicture& one : info.unreadable) {
    object["unreadable"].push_back(json_of(info, one.picture));
    object["unreadable"].back()["reason"] = one.reason;
  }
  object["equal"] = json_of(info, info.equal);
  object["similar"] = json_of(info, info.similar);
  object["warnings"] = info.data.warnings;
  return object;
}

}  // namespace lehr::cli

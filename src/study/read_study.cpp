#include <cctype>
#include <limits>
#include <optional>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/study/study_spec.hpp"
#include "run/toml_document.hpp"

namespace lehr {
namespace {

using run::TomlDocument;
using run::TomlNode;

/// Reads the parts of one study.
class StudyReader {
 public:
  StudyReader(const TomlDocument& document, const ConfigTable& table) : document_(document), table_(table) {}

  StudySpec read(const std::string& name) {
    spec_.name = name;
    document_.check_keys(document_.root(), {"study", "base", "axes", "variants"});
    if (const TomlNode* base = document_.table(document_.root(), "base")) read_base(*base);
    if (const TomlNode* axes = document_.table(document_.root(), "axes")) read_axes(*axes);
    if (const TomlNode* study = document_.table(document_.root(), "study")) read_study(*study);
    read_variants();
    return std::move(spec_);
  }

 private:
  void read_base(const TomlNode& base) {
    for (const TomlNode& entry : base.entries) {
      if (entry.key == "seed") document_.refuse(entry, "the seeds of a study stand in [study], as seeds = N");
    }
    apply(spec_.base, document_.settings(base, table_), table_);
  }

  void read_axes(const TomlNode& axes) {
    for (const TomlNode& entry : axes.entries) {
      const ConfigField& field = document_.field(entry, table_);
      if (entry.items.empty()) {
        document_.refuse(entry, field.key + " expects a list of values");
      }
      StudyAxis axis{field.key, {}};
      for (const TomlNode& value : entry.items) axis.values.push_back(document_.value(field, value));
      axes_.push_back(std::move(axis));
    }
  }

  void read_study(const TomlNode& study) {
    document_.check_keys(study, {"name", "seeds", "measures", "samples", "samples-seed"});
    if (const TomlNode* name = study.get("name")) spec_.name = document_.text(*name, "name");
    if (const TomlNode* seeds = study.get("seeds")) read_seeds(*seeds);
    if (const TomlNode* measures = study.get("measures")) {
      spec_.measures = document_.texts(*measures, "measures");
    }
    if (const TomlNode* samples = study.get("samples")) {
      samples_ = document_.integer(*samples, "samples", {1, 10'000});
    }
    if (const TomlNode* seed = study.get("samples-seed")) {
      samples_seed_ = document_.integer(*seed, "samples-seed", {0, std::numeric_limits<std::int64_t>::max()});
    }
  }

  /// A number of seeds, or a list of them.
  void read_seeds(const TomlNode& node) {
    spec_.seeds.clear();
    if (node.kind == TomlNode::Kind::list) {
      for (const TomlNode& seed : node.items) {
        spec_.seeds.push_back(static_cast<std::uint64_t>(
            document_.integer(seed, "seeds", {0, std::numeric_limits<std::int64_t>::max()})));
      }
      return;
    }
    const std::int64_t count = document_.integer(node, "seeds", {1, 1000});
    for (std::int64_t seed = 0; seed < count; ++seed) spec_.seeds.push_back(static_cast<std::uint64_t>(seed));
  }

  void read_variants() {
    const TomlNode* listed = document_.root().get("variants");
    if (listed == nullptr && axes_.empty()) {
      throw BadInput(document_.source() + ": expected [axes] or [[variants]], found neither");
    }
    if (!axes_.empty()) {
      spec_.variants = samples_ ? random_variants(axes_, static_cast<std::size_t>(*samples_),
                                                  static_cast<std::uint64_t>(samples_seed_))
                                : grid_variants(axes_);
    }
    if (listed == nullptr) return;
    if (listed->kind != TomlNode::Kind::list) {
      document_.refuse(*listed, "variants expects [[variants]] sections");
    }
    for (const TomlNode& node : listed->items) {
      if (node.kind != TomlNode::Kind::table) {
        document_.refuse(node, "variants expects [[variants]] sections");
      }
      read_variant(node);
    }
  }

  void read_variant(const TomlNode& table) {
    const TomlNode* name = table.get("name");
    if (name == nullptr) document_.refuse(table, "a variant expects a name");
    StudyVariant variant{.name = document_.text(*name, "name")};
    for (const TomlNode& entry : table.entries) {
      if (entry.key == "name") continue;
      const ConfigField& field = document_.field(entry, table_);
      variant.settings.push_back({field.key, document_.value(field, entry)});
    }
    spec_.variants.push_back(std::move(variant));
  }

  const TomlDocument& document_;
  const ConfigTable& table_;
  StudySpec spec_;
  std::vector<StudyAxis> axes_;
  std::optional<std::int64_t> samples_;
  std::int64_t samples_seed_ = 0;
};

/// The name of a file as that of a study, which has fewer characters.
std::string study_name(const std::filesystem::path& file) {
  std::string name = file.stem().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.') c = '-';
  }
  return name.substr(0, longest_study_name);
}

}  // namespace

StudySpec read_study(std::string_view toml, const std::string& source, const ConfigTable& table) {
  const TomlDocument document(toml, source);
  return StudyReader(document, table).read("study");
}

StudySpec read_study_file(const std::filesystem::path& file, const ConfigTable& table) {
  const TomlDocument document = TomlDocument::of_file(file);
  return StudyReader(document, table).read(study_name(file));
}

}  // namespace lehr

#include "run/support.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lehr::test {

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "lehr-run-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string sample_of(const ConfigField& field) {
  const std::string usual = value_text(field.get(TrainConfig{}));
  if (field.choices) {
    for (const std::string& name : field.choices()) {
      if (name != usual) return name;
    }
  }
  switch (field.type) {
    case FieldType::flag:
      return "true";
    case FieldType::integer:
    case FieldType::seed:
      return "7";
    case FieldType::real:
      return "0.25";
    case FieldType::integers:
      return "3,4";
    case FieldType::reals:
      return "0.5,2";
    case FieldType::texts:
      return "error_rate,f1_macro";
    case FieldType::text:
      break;
  }
  return "some \"text\" \\ \xC3\xBC";
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace lehr::test

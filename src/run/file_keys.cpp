#include "run/file_keys.hpp"

namespace lehr::run {

const ConfigField* file_field(const ConfigTable& table, std::string_view key) {
  if (!table.has(key)) return nullptr;
  const ConfigField& field = table.field(key);
  return field.in_files ? &field : nullptr;
}

std::vector<std::string> file_keys(const ConfigTable& table) {
  std::vector<std::string> keys;
  for (const ConfigField& field : table.fields()) {
    if (field.in_files) keys.push_back(field.key);
  }
  return keys;
}

bool takes_list(const ConfigField& field) {
  return field.type == FieldType::integers || field.type == FieldType::reals ||
         field.type == FieldType::texts;
}

}  // namespace lehr::run

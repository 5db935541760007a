#include "store/safetensors_header.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "store/safetensors_dtype.hpp"
#include "store/safetensors_sax.hpp"

namespace lehr::store {
namespace {

void check_size(const std::string& file, const std::string& name, const HeaderEntry& entry) {
  const auto numel = static_cast<std::uint64_t>(entry.spec.shape.numel());
  const std::uint64_t element = size_of(entry.spec.dtype);
  const std::uint64_t held = entry.end - entry.begin;
  if (held / element != numel || held % element != 0) {
    throw BadInput(file + ": tensor " + in_quotes(name) + ": expected " + counted(numel, "element") + " of " +
                   counted(element, "byte") + " for shape " + entry.spec.shape.str() + ", found " +
                   counted(held, "byte"));
  }
}

using Named = const std::pair<const std::string, HeaderEntry>*;

std::vector<Named> in_file_order(const SafeTensorsHeader& header) {
  std::vector<Named> order;
  for (const auto& named : header.tensors) order.push_back(&named);
  std::stable_sort(order.begin(), order.end(), [](Named a, Named b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  return order;
}

void check_coverage(const std::string& file, const SafeTensorsHeader& header, std::uint64_t data_bytes) {
  std::uint64_t reached = 0;
  for (const Named named : in_file_order(header)) {
    const auto& [name, entry] = *named;
    if (entry.begin != reached) {
      throw BadInput(file + ": tensor " + in_quotes(name) + " " +
                     (entry.begin < reached ? "overlaps the one before it" : "leaves a gap before it") +
                     ": expected it to begin at byte " + std::to_string(reached) + " of the data, found " +
                     std::to_string(entry.begin));
    }
    reached = entry.end;
  }
  if (reached != data_bytes) {
    throw BadInput(file + ": expected " + counted(reached, "byte") + " of data after the header, found " +
                   std::to_string(data_bytes));
  }
}

}  // namespace

SafeTensorsHeader parse_safetensors_header(const std::string& file, std::string_view json,
                                           std::uint64_t data_bytes) {
  if (json.empty() || json.front() != '{') {
    throw BadInput(file + ": not a safetensors file: expected a header that begins with \"{\", found " +
                   in_quotes(json.substr(0, 8)));
  }
  SafeTensorsHeader header;
  SafeTensorsSax reader(file, header);
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  for (const auto& [name, entry] : header.tensors) check_size(file, name, entry);
  check_coverage(file, header, data_bytes);
  return header;
}

std::string make_safetensors_header(const std::string& file, const SafeTensorsHeader& header) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) {
    for (const auto& [key, text] : header.metadata) json[metadata_key][key] = text;
  }
  for (const Named named : in_file_order(header)) {
    const auto& [name, entry] = *named;
    const auto extents = entry.spec.shape.extents();
    json[name] = {{"dtype", file_name_of(entry.spec.dtype)},
                  {"shape", std::vector<std::int64_t>(extents.begin(), extents.end())},
                  {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    throw BadInput(file + ": cannot be written: a tensor's name or a text of the metadata is not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > longest_header) {
    throw BadInput(file + ": cannot be written: its header would have " + counted(text.size(), "byte") +
                   ", at most " + std::to_string(longest_header) + " are allowed");
  }
  return text;
}

}  // namespace lehr::store

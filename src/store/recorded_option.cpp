#include "store/recorded_option.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lehr::store {

std::string recorded_option(const RunInfo& info, std::string_view key) {
  const std::string beginning = std::string(key) + " = ";
  std::size_t at = 0;
  while (at < info.config.size()) {
    const std::size_t end = std::min(info.config.find('\n', at), info.config.size());
    const std::string line = info.config.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(beginning)) continue;
    const std::string value = line.substr(beginning.size());
    const auto text = nlohmann::json::parse(value, nullptr, false);  // TOML's quotes are those of JSON
    return text.is_string() ? text.get<std::string>() : value;
  }
  return "";
}

}  // namespace lehr::store

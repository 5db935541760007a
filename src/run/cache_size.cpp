#include "run/cache_size.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "lehr/data/data.hpp"
#include "lehr/run/option_text.hpp"

namespace lehr::run {

std::int64_t cache_size(const std::string& option, const std::string& text) {
  if (text == "off") return 0;
  if (text == "auto") return data::DataRequest::automatic_cache;
  constexpr double most = 1e18;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, bytes] : {std::pair<std::string_view, double>{"", 1},
                                    {"KiB", 0x1p10},
                                    {"MiB", 0x1p20},
                                    {"GiB", 0x1p30},
                                    {"TiB", 0x1p40}}) {
    if (error == std::errc() && unit == name && number >= 0 && number * bytes <= most) {
      return static_cast<std::int64_t>(number * bytes);
    }
  }
  refuse_value(option, "auto, off or a number of bytes such as 2GiB or 500MiB", text);
}

}  // namespace lehr::run

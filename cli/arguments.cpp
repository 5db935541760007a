#include "arguments.hpp"

#include <fmt/format.h>

#include "lehr/core/error.hpp"
#include "lehr/inference/views.hpp"

namespace lehr::cli {

Option add_folder(const Command& app, const std::string& name, std::filesystem::path& target,
                  const std::string& help) {
  const auto parse = [](const std::string& option, const std::string& text) {
    return parse_name(option, text, "a folder name");
  };
  return add_parsed(app, name, target, help, parse).type_name("DIR");
}

Shape parse_image_shape(std::string_view option, std::string_view text) {
  constexpr std::int64_t most = 65536;
  std::vector<std::int64_t> extents;
  try {
    for (std::string_view rest = text; extents.size() < 4;) {
      const std::size_t cross = rest.find('x');
      extents.push_back(parse_integer(option, rest.substr(0, cross), {1, most}));
      if (cross == std::string_view::npos) break;
      rest.remove_prefix(cross + 1);
    }
  } catch (const BadInput&) {
    extents.clear();
  }
  if (extents.size() == 3) return Shape(extents);
  refuse_value(option, fmt::format("channels, height and width such as 1x28x28, each from 1 to {}", most),
               text);
}

Option add_integer(const Command& app, const std::string& name, std::int64_t& target,
                   const IntegerRange& range, const std::string& help) {
  return add_parsed(app, name, target, help,
                    [range](const std::string& option, const std::string& text) {
                      return parse_integer(option, text, range);
                    })
      .type_name("N")
      .default_str(fmt::format("{}", target));
}

Option add_integer(const Command& app, const std::string& name, int& target, const IntegerRange& range,
                   const std::string& help) {
  return add_parsed(app, name, target, help,
                    [range](const std::string& option, const std::string& text) {
                      return static_cast<int>(parse_integer(option, text, range));
                    })
      .type_name("N")
      .default_str(fmt::format("{}", target));
}

Option add_real(const Command& app, const std::string& name, double& target, const RealRange& range,
                const std::string& help) {
  return add_parsed(app, name, target, help,
                    [range](const std::string& option, const std::string& text) {
                      return parse_real(option, text, range);
                    })
      .type_name("X")
      .default_str(fmt::format("{}", target));
}

Option add_seed(const Command& app, const std::string& name, std::uint64_t& target, const std::string& help) {
  return add_parsed(
             app, name, target, help,
             [](const std::string& option, const std::string& text) { return parse_seed(option, text); })
      .type_name("N")
      .default_str(fmt::format("{}", target));
}

Option add_views(const Command& app, std::int64_t& views) {
  const auto parse = [](const std::string& option, const std::string& text) {
    return text == "flip" ? std::int64_t{2} : parse_integer(option, text, {1, most_views});
  };
  return add_parsed(
             app, "--tta", views,
             "test-time augmentation: the mean over N views of each picture; flip: 2, the picture and its "
             "mirror image",
             parse)
      .type_name("N")
      .default_str("1");
}

Option add_runs_folder(const Command& app, std::filesystem::path& target) {
  return add_folder(app, "--runs", target, "folder in which runs are searched by ID and title")
      .default_str(target.string());
}

}  // namespace lehr::cli

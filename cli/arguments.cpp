#include "arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace {

template <class Number>
bool read_all(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size();
}

std::string described(const IntegerRange& range) {
  if (range.most == std::numeric_limits<std::int64_t>::max()) {
    return fmt::format("a whole number of at least {}", range.least);
  }
  return fmt::format("a whole number between {} and {}", range.least, range.most);
}

std::string described(const RealRange& range) {
  if (std::isinf(range.below)) return fmt::format("a finite number of at least {}", range.least);
  return fmt::format("a number of at least {} and below {}", range.least, range.below);
}

[[noreturn]] void refuse(std::string_view option, const std::string& expected, std::string_view text) {
  throw BadInput(fmt::format("{} takes {}, found \"{}\"", option, expected, shortened(text)));
}

}  // namespace

std::int64_t parse_integer(std::string_view option, std::string_view text, const IntegerRange& range) {
  std::int64_t number = 0;
  if (!read_all(text, number) || number < range.least || number > range.most) {
    refuse(option, described(range), text);
  }
  return number;
}

double parse_real(std::string_view option, std::string_view text, const RealRange& range) {
  double number = 0;
  if (!read_all(text, number) || !std::isfinite(number) || number < range.least || number >= range.below) {
    refuse(option, described(range), text);
  }
  return number;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  parts.emplace_back(text);
  return parts;
}

std::vector<std::int64_t> parse_integers(std::string_view option, std::string_view text,
                                         const IntegerRange& range) {
  std::vector<std::int64_t> numbers;
  for (const std::string& part : split_list(text)) numbers.push_back(parse_integer(option, part, range));
  return numbers;
}

std::vector<double> parse_reals(std::string_view option, std::string_view text, const RealRange& range) {
  std::vector<double> numbers;
  for (const std::string& part : split_list(text)) numbers.push_back(parse_real(option, part, range));
  return numbers;
}

std::string parse_name(std::string_view option, const std::string& text, std::string_view what) {
  if (text.empty()) throw BadInput(fmt::format("{} needs {}, found an empty text", option, what));
  return text;
}

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
  std::string_view rest = text;
  while (true) {
    const std::size_t cross = rest.find('x');
    std::int64_t extent = 0;
    if (!read_all(rest.substr(0, cross), extent) || extent < 1 || extent > most || extents.size() == 3) break;
    extents.push_back(extent);
    if (cross == std::string_view::npos) {
      if (extents.size() == 3) return Shape(extents);
      break;
    }
    rest.remove_prefix(cross + 1);
  }
  refuse(option, fmt::format("channels, height and width such as 1x28x28, each from 1 to {}", most), text);
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
  return add_parsed(app, name, target, help,
                    [](const std::string& option, const std::string& text) {
                      std::uint64_t seed = 0;
                      if (!read_all(text, seed)) {
                        constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
                        refuse(option, fmt::format("a whole number between 0 and {}", most), text);
                      }
                      return seed;
                    })
      .type_name("N")
      .default_str(fmt::format("{}", target));
}

Option add_data_seed(const Command& app, std::uint64_t& target) {
  return add_seed(app, "--data-seed", target, "seed of generated data such as digits");
}

Option add_runs_folder(const Command& app, std::filesystem::path& target) {
  return add_folder(app, "--runs", target, "folder in which runs are searched by ID and title")
      .default_str(target.string());
}

Option add_threads(const Command& app) {
  return app
      .option(
          "--threads",
          [](const std::string& text) {
            set_threads(static_cast<int>(parse_integer("--threads", text, {1, 1024})));
          },
          "threads that compute (default: OMP_NUM_THREADS, or one for each processor that the process may "
          "use)")
      .type_name("N");
}

}  // namespace lehr::cli

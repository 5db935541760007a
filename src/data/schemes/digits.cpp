#include <charconv>

#include "data/schemes.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::data {

void register_digits(SchemeRegistry& registry) {
  const auto open = [](const SchemeRequest& request) {
    DigitsOptions options{.seed = request.seed};
    if (const std::optional<std::string_view>& count = request.rest) {
      const char* end = count->data() + count->size();
      const auto [stop, error] = std::from_chars(count->data(), end, options.train);
      if (error != std::errc{} || stop != end || options.train < smallest_digits ||
          options.train > largest_digits) {
        throw BadInput("data \"digits:N\" needs a number of training images N from " +
                       std::to_string(smallest_digits) + " to " + std::to_string(largest_digits) +
                       ", found " + in_quotes(*count));
      }
      options.valid = options.train / 5;
    }
    return digits(options);
  };
  registry.add_built_in("digits", {.open = open});
}

}  // namespace lehr::data

#include "lehr/diagnosis/finding.hpp"

namespace lehr::diagnosis {

std::string cure_text(const Cure& cure) {
  std::string options;
  for (const auto& [key, value] : cure.settings) {
    options += (options.empty() ? "--" : " --") + key;
    if (value != "true") options += " " + value;
  }
  if (options.empty()) return cure.text;
  return cure.text.empty() ? options : cure.text + ": " + options;
}

}  // namespace lehr::diagnosis

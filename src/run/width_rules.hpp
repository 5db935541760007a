#pragma once

#include <string>
#include <vector>

/// Rules for the widths of a network's stages in a configuration.
namespace lehr::run {

/// "keep", "sqrt2", "double", "quadruple"
std::vector<std::string> width_rule_names();
/// The factor from stage to stage, of a name or a number such as "2.5". Throws BadInput with the option.
double width_factor(const std::string& option, const std::string& rule);

}  // namespace lehr::run

#pragma once

#include <toml++/toml.h>

#include <map>
#include <string>
#include <string_view>

namespace lehr::run {

/// A text or a number as text; empty for other types. 1.0 keeps its fraction.
std::string scalar_text(const toml::node& node);

/// The values of a TOML text by key: flags, texts, numbers and lists of them. Empty if the text is
/// not TOML.
std::map<std::string, std::string> toml_texts(std::string_view toml);

}  // namespace lehr::run

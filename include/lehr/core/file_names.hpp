#pragma once

#include <string>
#include <string_view>

namespace lehr {

/// Any text as one part of a path, such as a folder for a class. Letters of any language stay.
/// Characters that have a meaning for a system, control characters and a first dot are written as
/// %2F and so on. Text that becomes longer than 80 bytes is cut, and a hash of all of it is appended.
/// Different texts give different names.
std::string file_name_part(std::string_view text);

}  // namespace lehr

#pragma once

#include <cstdint>
#include <string>

namespace lehr::run {

/// Bytes for the cache of pictures: "off" is 0, "auto" DataRequest::automatic_cache, and a number may have a
/// unit: "2GiB", "500MiB", "1000000". Throws BadInput with the option.
std::int64_t cache_size(const std::string& option, const std::string& text);

}  // namespace lehr::run

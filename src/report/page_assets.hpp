#pragma once

#include <span>
#include <string_view>

/// The parts of the page. The build embeds them from src/report/page/ and from Dygraphs
/// (cmake/EmbedPage.cmake).
namespace lehr::report::page_assets {

extern const std::string_view html;
extern const std::string_view style;
extern const std::span<const std::string_view> scripts;  ///< to be concatenated

}  // namespace lehr::report::page_assets

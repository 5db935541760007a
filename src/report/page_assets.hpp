#pragma once

#include <span>
#include <string_view>

/// The parts of the page, which the build takes from src/report/page/ and from Dygraphs
/// (cmake/EmbedPage.cmake).
namespace lehr::report::page_assets {

extern const std::string_view html;
extern const std::string_view style;
extern const std::span<const std::string_view> scripts;  ///< in pieces, one behind the other

}  // namespace lehr::report::page_assets

#pragma once

#include <string_view>

/// The parts of the page, which the build takes from src/report/page/ and from Dygraphs
/// (cmake/EmbedPage.cmake).
namespace lehr::report::page_assets {

extern const std::string_view html;
extern const std::string_view style;
extern const std::string_view scripts;

}  // namespace lehr::report::page_assets

#pragma once

#include <string_view>

/// The files in src/serve/page/, which the build embeds (cmake/ServePage.cmake).
namespace lehr::serve::page_files {

extern const std::string_view welcome_html;
extern const std::string_view runs_html;
extern const std::string_view runs_js;
extern const std::string_view run_html;
extern const std::string_view run_js;
extern const std::string_view style_css;

}  // namespace lehr::serve::page_files

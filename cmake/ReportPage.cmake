# Embeds the page of lehr report and Dygraphs into the library, so that a report is self-contained.
find_path(DYGRAPHS_DIR dygraph.min.js PATHS /usr/share/javascript/dygraphs /usr/share/nodejs/dygraphs/dist
          DOC "Folder of dygraph.min.js and dygraph.min.css (Debian: libjs-dygraphs)" REQUIRED NO_DEFAULT_PATH)
mark_as_advanced(DYGRAPHS_DIR)

set(page ${PROJECT_SOURCE_DIR}/src/report/page)
set(styles ${DYGRAPHS_DIR}/dygraph.min.css ${page}/page.css)
# In dependency order.
set(scripts ${DYGRAPHS_DIR}/dygraph.min.js)
foreach(name records elements timeline groups controls line_chart heat_map diagnosis training compare layers network mistakes galleries main)
  list(APPEND scripts ${page}/${name}.js)
endforeach()

string(REPLACE ";" "," style_list "${styles}")
string(REPLACE ";" "," script_list "${scripts}")
set(page_assets ${PROJECT_BINARY_DIR}/generated/page_assets.cpp)
add_custom_command(
  OUTPUT ${page_assets}
  COMMAND ${CMAKE_COMMAND} -DOUT=${page_assets} -DHTML=${page}/page.html -DSTYLES=${style_list} -DSCRIPTS=${script_list}
          -P ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  DEPENDS ${page}/page.html ${styles} ${scripts} ${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake
  VERBATIM)
target_sources(lehr_report PRIVATE ${page_assets})

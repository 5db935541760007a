# Headers of the standard library take half the time of a small source, so they are compiled once for all targets with
# equal flags. CMAKE_DISABLE_PRECOMPILE_HEADERS builds without them, as the preset clang does: a source must include
# what it uses.
set(lehr_common_headers <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span>
                        <string> <string_view> <utility> <vector>)

# lehr_precompiled_set(name [PROGRAMS] [LESS] [HEADERS headers…])
#
# Makes a target that compiles the headers. PROGRAMS: for executables, whose code has other flags than a library's.
# LESS: with the flags of lehr_optimise_less.
function(lehr_precompiled_set name)
  cmake_parse_arguments(ARG "PROGRAMS;LESS" "" "HEADERS" ${ARGN})
  set(source ${PROJECT_BINARY_DIR}/generated/${name}.cpp)
  if(ARG_PROGRAMS)
    file(CONFIGURE OUTPUT ${source} CONTENT "int main() {}\n")
    add_executable(${name} ${source})
  else()
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    add_library(${name} OBJECT ${source})
  endif()
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE lehr_flags)
  if(ARG_LESS)
    lehr_optimise_less(${name})
  endif()
  target_precompile_headers(${name} PRIVATE ${lehr_common_headers} ${ARG_HEADERS})
endfunction()

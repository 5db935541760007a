# Headers of the standard library take half of the compile time of a small source. They are
# precompiled once for all targets with equal flags. CMAKE_DISABLE_PRECOMPILE_HEADERS turns this
# off, as in the preset clang, to check that every source includes what it uses.
set(lehr_common_headers <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <span>
                        <string> <string_view> <utility> <vector>)

# lehr_precompiled_set(name [PROGRAMS] [LESS] [HEADERS headers…])
#
# Defines a target that precompiles the headers. PROGRAMS: for executables, which have other flags
# than libraries. LESS: with the flags of lehr_optimise_less.
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

# The build options, and the flags of all targets of the project.
option(LEHR_BUILD_CLI "Build the lehr command" ON)
option(LEHR_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(LEHR_BUILD_BENCH "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(LEHR_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(LEHR_BUILD_FUZZ "Build the fuzz targets, with clang" OFF)
set(LEHR_SANITIZE "" CACHE STRING "Sanitizers for all targets: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache supports precompiled headers only if it may ignore macros that only they define.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

add_library(lehr_flags INTERFACE)
target_compile_options(lehr_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -fno-math-errno)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_UNITY_BUILD)
  # A unity build includes several sources in one. These warnings then also compare names of
  # different sources. The presets debug and clang compile each source alone, with all warnings.
  target_compile_options(lehr_flags INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  target_compile_options(lehr_flags INTERFACE -fpch-preprocess)  # for ccache
endif()
if(LEHR_SANITIZE)
  target_compile_options(lehr_flags INTERFACE -fsanitize=${LEHR_SANITIZE} -fno-sanitize-recover=all
                                              -fno-omit-frame-pointer)
  target_link_options(lehr_flags INTERFACE -fsanitize=${LEHR_SANITIZE})
endif()

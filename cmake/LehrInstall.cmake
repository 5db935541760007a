# Install rules: libraries, headers, the command, and the files for find_package(lehr) and
# pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY LEHR_MODULES)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lehr)

install(TARGETS ${modules} lehr EXPORT lehrTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT lehrTargets NAMESPACE lehr:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lehr DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(LEHR_BUILD_CLI)
  install(TARGETS lehr_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/lehrConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/package/lehrConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/lehrConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/lehrConfig.cmake
              ${PROJECT_BINARY_DIR}/package/lehrConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindOneDNN.cmake
        DESTINATION ${package_dir})

# A linker needs each static library before those that it uses, so the list runs from the top module
# down.
set(LEHR_PC_LIBS "")
foreach(module IN LISTS modules)
  string(PREPEND LEHR_PC_LIBS "-l${module} ")
endforeach()
# The prefix is relative to the location of the .pc file, so the installed tree can be moved.
file(RELATIVE_PATH LEHR_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lehr.pc.in ${PROJECT_BINARY_DIR}/package/lehr.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/lehr.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

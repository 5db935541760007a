# cmake --install: libraries, headers, the command, and what find_package(lehr) and pkg-config need.
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

# pkg-config: a module's archive must stand before those it uses, so the list runs from the top floor down.
set(LEHR_PC_LIBS "")
foreach(module IN LISTS modules)
  string(PREPEND LEHR_PC_LIBS "-l${module} ")
endforeach()
# The file finds its prefix from where it lies, so that the installed tree may be moved.
file(RELATIVE_PATH LEHR_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lehr.pc.in ${PROJECT_BINARY_DIR}/package/lehr.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/lehr.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

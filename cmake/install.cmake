# cmake --install, in two components:
#   runtime       the program, its man pages and completions
#   development   the library, its headers, and how CMake and pkg-config find them
include(CMakePackageConfigHelpers)

install(TARGETS elfwheel RUNTIME COMPONENT runtime)

# Both are written by the program, from its own definitions of the command line.
if(CMAKE_CROSSCOMPILING OR ELFWHEEL_SANITIZE OR ELFWHEEL_FUZZ)
  set(elfwheel_manuals_default OFF)
else()
  set(elfwheel_manuals_default ON)
endif()
option(ELFWHEEL_MANUALS "Make man pages and shell completions, which the program writes by itself"
       ${elfwheel_manuals_default})
if(ELFWHEEL_MANUALS)
  set(elfwheel_manuals ${CMAKE_BINARY_DIR}/manuals)
  add_custom_command(OUTPUT ${elfwheel_manuals}/stamp
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${elfwheel_manuals}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${elfwheel_manuals}/man ${elfwheel_manuals}/completions
    COMMAND elfwheel generate man ${elfwheel_manuals}/man
    COMMAND elfwheel generate completions ${elfwheel_manuals}/completions
    COMMAND ${CMAKE_COMMAND} -E touch ${elfwheel_manuals}/stamp
    DEPENDS elfwheel VERBATIM)
  add_custom_target(elfwheel_manuals ALL DEPENDS ${elfwheel_manuals}/stamp)
  install(DIRECTORY ${elfwheel_manuals}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
          COMPONENT runtime)
  set(completions ${elfwheel_manuals}/completions)
  install(FILES ${completions}/elfwheel.bash RENAME elfwheel COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${completions}/_elfwheel COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${completions}/elfwheel.fish COMPONENT runtime
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

install(TARGETS elfwheel_library EXPORT elfwheel ARCHIVE COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN "*.def")

set(elfwheel_config_place ${CMAKE_INSTALL_LIBDIR}/cmake/elfwheel)
install(EXPORT elfwheel NAMESPACE elfwheel:: FILE elfwheelTargets.cmake
        DESTINATION ${elfwheel_config_place} COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/elfwheelConfig.cmake.in
  ${CMAKE_BINARY_DIR}/elfwheelConfig.cmake INSTALL_DESTINATION ${elfwheel_config_place})
# Releases before 1.0 may change any declaration.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/elfwheelConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/elfwheelConfig.cmake
              ${CMAKE_BINARY_DIR}/elfwheelConfigVersion.cmake
        DESTINATION ${elfwheel_config_place} COMPONENT development)

set(elfwheel_pc_place ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
           BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${elfwheel_pc_place}
           OUTPUT_VARIABLE ELFWHEEL_PC_TO_PREFIX)
configure_file(${PROJECT_SOURCE_DIR}/cmake/elfwheel.pc.in ${CMAKE_BINARY_DIR}/elfwheel.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/elfwheel.pc DESTINATION ${elfwheel_pc_place}
        COMPONENT development)

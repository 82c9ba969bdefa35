# cpack -G DEB: elfwheel (the program) and libelfwheel-dev (the library), laid out as Debian wants
# them (debian_layout.cmake).
#
# With -DCMAKE_INSTALL_PREFIX=/usr GNUInstallDirs takes Debian's own library directory; else the
# library goes to /usr/lib, where the compiler, CMake and pkg-config look too.
set(ELFWHEEL_MAINTAINER "elfwheel developers <elfwheel@localhost.localdomain>"
    CACHE STRING "Who answers for the packages: Name <address>")

# Sets `variable` to the Debian package that `file` is of, or to "".
function(elfwheel_find_debian_package variable file)
  file(REAL_PATH "${file}" file)
  execute_process(COMMAND dpkg-query --search ${file}
                  OUTPUT_VARIABLE found ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    string(REGEX MATCH "^[^:, ]+" found "${found}")
  else()
    set(found "")
  endif()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${ELFWHEEL_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_time.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_layout.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_repack.cmake)

set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each has its own, below

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE none)  # dpkg-deb compresses them
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME elfwheel)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION
"${PROJECT_DESCRIPTION}
elfwheel shows what the dynamic loader will load for a file, from where and
why, changes rpaths, needed libraries and more of finished files without
damage, and repairs Linux wheels: outside libraries are copied in, and every
file gets an rpath that is right where it will be installed.")
# Libraries that are opened while the program runs; dpkg-shlibdeps does not see them.
if(TARGET elfwheel_libzip AND NOT ELFWHEEL_FULLY_STATIC)
  elfwheel_find_debian_package(found ${pkgcfg_lib_LIBZIP_zip})
  if(found)
    set(CPACK_DEBIAN_RUNTIME_PACKAGE_DEPENDS "${found} (>= 1.7)")
  endif()
endif()
if(ELFWHEEL_WITH_LIEF)
  elfwheel_find_debian_package(found ${ELFWHEEL_LIEF_LIBRARY})
  set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS ${found})
endif()

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libelfwheel-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libc6-dev, libdeflate-dev (>= 1.14), libssl-dev, libzip-dev (>= 1.7), nlohmann-json3-dev (>= 3.11)")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
"${PROJECT_DESCRIPTION} (library)
The C++20 library behind the elfwheel program: its headers, an archive to
link with, and what CMake and pkg-config need to find both.")

include(CPack)

# ELFWHEEL_STATIC: the program needs no shared library but the C library's. Loading nine of them is
# most of what a short command costs.
#
# Sets ELFWHEEL_CRYPTO, ELFWHEEL_DEFLATE and ELFWHEEL_FMT to what the rooms link: archives in a static
# build, else whatever the system has. libzip, of which Debian has no archive, is loaded when a
# wheel is opened (src/wheel/lazy_libzip.cc); ELFWHEEL_ZIP and ELFWHEEL_LIBZIP_SONAME say how.
if(ELFWHEEL_SANITIZE)
  set(elfwheel_static_default OFF)  # sanitizers need a dynamic program
else()
  set(elfwheel_static_default ON)
endif()
option(ELFWHEEL_STATIC "Link the program statically, where all archives are there"
       ${elfwheel_static_default})

set(ELFWHEEL_CRYPTO OpenSSL::Crypto)
set(ELFWHEEL_DEFLATE PkgConfig::LIBDEFLATE)
set(ELFWHEEL_ZIP PkgConfig::LIBZIP)
set(ELFWHEEL_FMT fmt::fmt)

if(ELFWHEEL_STATIC)
  set(missing "")
  set(archives CRYPTO=crypto DEFLATE=deflate LIBSTDCXX=stdc++)
  foreach(pair ${archives})
    string(REGEX MATCH "^([A-Z0-9]+)=(.*)$" matched ${pair})
    set(room ${CMAKE_MATCH_1})
    set(archive ${CMAKE_STATIC_LIBRARY_PREFIX}${CMAKE_MATCH_2}${CMAKE_STATIC_LIBRARY_SUFFIX})
    # The compiler knows where its own and the system's archives are.
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${archive}
                    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(IS_ABSOLUTE "${found}" AND EXISTS "${found}")
      set(ELFWHEEL_ARCHIVE_${room} ${found})
    else()
      list(APPEND missing ${archive})
    endif()
  endforeach()
  if(missing)
    message(STATUS "elfwheel is linked to shared libraries, for want of ${missing}")
    set(ELFWHEEL_STATIC OFF)
  else()
    foreach(room CRYPTO DEFLATE)
      set(ELFWHEEL_${room} ${ELFWHEEL_ARCHIVE_${room}})
    endforeach()
    # Debian has no archive of fmt; its headers hold the whole implementation.
    add_library(elfwheel_fmt STATIC ${PROJECT_SOURCE_DIR}/src/base/fmt_implementation.cc)
    set(ELFWHEEL_FMT elfwheel_fmt)
    execute_process(COMMAND ${CMAKE_READELF} -dW ${pkgcfg_lib_LIBZIP_zip}
                    OUTPUT_VARIABLE found ERROR_QUIET)
    if(NOT found MATCHES "Library soname: \\[([^]]+)\\]")
      message(FATAL_ERROR "cannot find libzip's soname in ${pkgcfg_lib_LIBZIP_zip}")
    endif()
    set(ELFWHEEL_LIBZIP_SONAME ${CMAKE_MATCH_1})
    set(ELFWHEEL_ZIP ${CMAKE_DL_LIBS})
  endif()
endif()

# What elfwheel_program links with.
function(elfwheel_link_program program)
  if(ELFWHEEL_STATIC)
    target_link_options(${program} PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()

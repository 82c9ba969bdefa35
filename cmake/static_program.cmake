# What the rooms and the program link: ELFWHEEL_CRYPTO, ELFWHEEL_DEFLATE, ELFWHEEL_ZIP and
# ELFWHEEL_FMT, in three ways.
#
#   neither option          whatever the system has: what sanitizers want
#   ELFWHEEL_STATIC         archives; no shared library but the C library and libgcc_s. Loading nine is
#                           most of what a short command costs. libzip, of which Debian has no
#                           archive, is loaded when a wheel is opened (src/wheel/lazy_libzip.cc).
#   ELFWHEEL_FULLY_STATIC   no shared library at all; needs an archive of libzip, too, for a program
#                           that has no loader cannot load it later
#
# The installed library (cmake/library.cmake) is the same in all three.
if(ELFWHEEL_SANITIZE)
  set(elfwheel_static_default OFF)  # sanitizers need a dynamic program
else()
  set(elfwheel_static_default ON)
endif()
option(ELFWHEEL_STATIC "Link the program statically, where all archives are there"
       ${elfwheel_static_default})
option(ELFWHEEL_FULLY_STATIC "Link the C library and libzip statically, too; no archive is an error"
       OFF)
if(ELFWHEEL_FULLY_STATIC)
  set(ELFWHEEL_STATIC ON)
  # -static-pie wants it; most distributions' compilers do so by themselves.
  include(CheckCXXSourceCompiles)
  check_cxx_source_compiles("#ifndef __PIE__\n#error\n#endif\nint main() {}" ELFWHEEL_PIE_BY_DEFAULT)
  if(NOT ELFWHEEL_PIE_BY_DEFAULT)
    add_compile_options(-fPIE)
  endif()
endif()

# fmt's functions are compiled here, under a name of our own: Debian has no archive of them, and a
# program that uses the library may have any other release of fmt (src/base/fmt_implementation.cc).
add_library(elfwheel_fmt STATIC ${PROJECT_SOURCE_DIR}/src/base/fmt_implementation.cc)
target_include_directories(elfwheel_fmt SYSTEM
  PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(elfwheel_fmt
  PUBLIC "FMT_BEGIN_NAMESPACE=namespace fmt { inline namespace in_elfwheel {"
         "FMT_END_NAMESPACE=}}")
set(ELFWHEEL_FMT elfwheel_fmt)

set(ELFWHEEL_CRYPTO OpenSSL::Crypto)
set(ELFWHEEL_DEFLATE PkgConfig::LIBDEFLATE)
set(ELFWHEEL_ZIP PkgConfig::LIBZIP)

# Sets elfwheel_archive_FILE to the path of that archive, or to "". The compiler knows where its own
# and the system's archives are.
function(elfwheel_find_archive file)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=${file}
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE "${found}" OR NOT EXISTS "${found}")
    set(found "")
  endif()
  set(elfwheel_archive_${file} "${found}" PARENT_SCOPE)
endfunction()

# libzip, loaded when it is needed.
function(elfwheel_add_lazy_libzip)
  execute_process(COMMAND ${CMAKE_READELF} -dW ${pkgcfg_lib_LIBZIP_zip}
                  OUTPUT_VARIABLE found ERROR_QUIET)
  if(NOT found MATCHES "Library soname: \\[([^]]+)\\]")
    message(FATAL_ERROR "cannot find libzip's soname in ${pkgcfg_lib_LIBZIP_zip}")
  endif()
  add_library(elfwheel_libzip STATIC ${PROJECT_SOURCE_DIR}/src/wheel/lazy_libzip.cc)
  target_compile_definitions(elfwheel_libzip PRIVATE ELFWHEEL_LIBZIP_SONAME="${CMAKE_MATCH_1}")
  target_include_directories(elfwheel_libzip SYSTEM PUBLIC ${LIBZIP_INCLUDE_DIRS})
  target_link_libraries(elfwheel_libzip PRIVATE elfwheel_base ${CMAKE_DL_LIBS})
endfunction()

# libzip's archive, and what libzip.pc says that it needs.
function(elfwheel_add_static_libzip archive)
  set(needs ${LIBZIP_STATIC_LIBRARIES})
  list(REMOVE_ITEM needs zip)
  add_library(elfwheel_libzip INTERFACE)
  target_include_directories(elfwheel_libzip SYSTEM INTERFACE ${LIBZIP_INCLUDE_DIRS})
  target_link_directories(elfwheel_libzip INTERFACE ${LIBZIP_STATIC_LIBRARY_DIRS})
  target_link_libraries(elfwheel_libzip INTERFACE ${archive} ${needs})
endfunction()

if(ELFWHEEL_STATIC)
  set(archives libcrypto.a libdeflate.a libstdc++.a)
  if(ELFWHEEL_FULLY_STATIC)
    list(APPEND archives libc.a)
  endif()
  foreach(archive ${archives})
    elfwheel_find_archive(${archive})
  endforeach()
  if(ELFWHEEL_FULLY_STATIC)
    find_file(ELFWHEEL_LIBZIP_ARCHIVE libzip.a
              HINTS ${LIBZIP_STATIC_LIBRARY_DIRS} ${LIBZIP_LIBDIR} DOC "libzip's archive")
    set(elfwheel_archive_libzip.a ${ELFWHEEL_LIBZIP_ARCHIVE})
    list(APPEND archives libzip.a)
  endif()
  set(missing "")
  foreach(archive ${archives})
    if(NOT elfwheel_archive_${archive})
      list(APPEND missing ${archive})
    endif()
  endforeach()
  list(JOIN missing ", " missing)
  if(missing AND ELFWHEEL_FULLY_STATIC)
    message(FATAL_ERROR "ELFWHEEL_FULLY_STATIC needs ${missing}: see docs/install.md")
  elseif(missing)
    message(STATUS "elfwheel is linked to shared libraries, for want of ${missing}")
    set(ELFWHEEL_STATIC OFF)
  else()
    set(ELFWHEEL_CRYPTO ${elfwheel_archive_libcrypto.a})
    set(ELFWHEEL_DEFLATE ${elfwheel_archive_libdeflate.a})
    set(ELFWHEEL_ZIP elfwheel_libzip)
    if(ELFWHEEL_FULLY_STATIC)
      elfwheel_add_static_libzip(${ELFWHEEL_LIBZIP_ARCHIVE})
    else()
      elfwheel_add_lazy_libzip()
    endif()
  endif()
endif()

# What elfwheel_program links with.
function(elfwheel_link_program program)
  if(ELFWHEEL_FULLY_STATIC)
    # Without --gc-sections: of what it drops, binutils 2.40 leaves an R_X86_64_NONE among the relative
    # relocations, and glibc's start-up code ends such a program.
    target_link_options(${program} PRIVATE -static-pie)
    set_target_properties(${program} PROPERTIES SKIP_BUILD_RPATH ON)
  elseif(ELFWHEEL_STATIC)
    # Not -static-libgcc: GCC's archive asks for glibc 2.35 (_dl_find_object), and all else is content
    # with 2.34. Every system has libgcc_s.so.1, on which manylinux counts as well.
    target_link_options(${program} PRIVATE -static-libstdc++ -Wl,--gc-sections)
  endif()
endfunction()

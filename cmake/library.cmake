# elfwheel::elfwheel: what other programs use. One archive of all rooms but `cli`, installed with the
# public headers.
#
# There is no shared library: its interface is C++ and young, so that each release would need a
# soname of its own.
include(GNUInstallDirs)

set(elfwheel_library_rooms base elf second_opinion loader wheel policy repair report)

add_library(elfwheel_library STATIC $<TARGET_OBJECTS:elfwheel_fmt>)
foreach(room ${elfwheel_library_rooms})
  target_sources(elfwheel_library PRIVATE $<TARGET_OBJECTS:elfwheel_${room}>)
endforeach()
set_target_properties(elfwheel_library PROPERTIES
  OUTPUT_NAME elfwheel EXPORT_NAME elfwheel LINKER_LANGUAGE CXX
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_compile_features(elfwheel_library PUBLIC cxx_std_20)
target_include_directories(elfwheel_library
  PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# Whatever the program links: its users choose between archives and shared libraries by themselves.
# nlohmann/json is part of the interface (elfwheel/report/json.h), the others are not.
target_link_libraries(elfwheel_library
  PUBLIC nlohmann_json::nlohmann_json
  PRIVATE OpenSSL::Crypto PkgConfig::LIBZIP PkgConfig::LIBDEFLATE Threads::Threads)
add_library(elfwheel::elfwheel ALIAS elfwheel_library)

# ELFWHEEL_WITH_LIEF: LIEF reads edited files a second time. On where it is found; asked for
# explicitly and not found is an error.
find_library(ELFWHEEL_LIEF_LIBRARY NAMES libLIEF.so)
find_path(LIEF_INCLUDE_DIR LIEF/ELF.hpp)
set(ELFWHEEL_LIEF_FOUND OFF)
if(ELFWHEEL_FULLY_STATIC AND NOT DEFINED ELFWHEEL_WITH_LIEF)
  # The child that reads with LIEF needs libLIEF.so, which a fully static program does without.
elseif(ELFWHEEL_LIEF_LIBRARY AND LIEF_INCLUDE_DIR)
  set(ELFWHEEL_LIEF_FOUND ON)
elseif(NOT DEFINED ELFWHEEL_WITH_LIEF)
  message(STATUS "LIEF (liblief-dev) not found: there will be no --cross-check")
endif()
option(ELFWHEEL_WITH_LIEF "Let LIEF read edited files too, before they are passed on"
       ${ELFWHEEL_LIEF_FOUND})
if(ELFWHEEL_WITH_LIEF AND NOT ELFWHEEL_LIEF_FOUND)
  message(FATAL_ERROR "LIEF (liblief-dev) not found: run tools/setup, or set ELFWHEEL_WITH_LIEF=OFF")
endif()

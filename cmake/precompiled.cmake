# Precompiled standard and library headers: they are most of what a small file's compilation costs.
# Every file still includes what it uses; -DELFWHEEL_PCH=OFF builds without, which proves it.
option(ELFWHEEL_PCH "Precompile standard and library headers" ON)

# One precompiled header for all rooms, one for all tests, one for the command line.
function(elfwheel_precompile_rooms first)
  if(NOT ELFWHEEL_PCH)
    return()
  endif()
  target_precompile_headers(${first} PRIVATE
    <algorithm> <cstdint> <cstring> <functional> <map> <memory> <optional> <set> <span> <string>
    <string_view> <utility> <vector> <fmt/format.h>)
  foreach(room ${ARGN})
    target_precompile_headers(${room} REUSE_FROM ${first})
  endforeach()
endfunction()

function(elfwheel_precompile target)
  if(ELFWHEEL_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

if(ELFWHEEL_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Lets ccache look through the precompiled header (ccache's manual, "Precompiled headers").
  add_compile_options(-fpch-preprocess)
endif()

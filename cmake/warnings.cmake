# The warnings every target is clean under. -Wconversion finds the narrowing that turns a hostile
# 64-bit field into a small size.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(ELFWHEEL_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps and overflows in "literal" + string where there are none (GCC bug 105651).
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()

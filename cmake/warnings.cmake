# The warnings every target is clean under. -Wconversion finds the narrowing that turns a hostile
# 64-bit field into a small size.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(ELFWHEEL_WERROR)
  add_compile_options(-Werror)
endif()

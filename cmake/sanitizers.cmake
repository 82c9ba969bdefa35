# ELFWHEEL_SANITIZE=address,undefined builds everything under those sanitizers; a finding aborts.
if(ELFWHEEL_SANITIZE)
  add_compile_options(-fsanitize=${ELFWHEEL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ELFWHEEL_SANITIZE})
endif()

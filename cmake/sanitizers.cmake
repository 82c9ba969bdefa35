# ELFWHEEL_SANITIZE=address,undefined builds everything under those sanitizers; a finding aborts.
if(ELFWHEEL_SANITIZE)
  add_compile_options(-fsanitize=${ELFWHEEL_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ELFWHEEL_SANITIZE})
endif()

# ELFWHEEL_FUZZ: the libFuzzer programs of tests/fuzz, under ASan and UBSan; needs Clang. With
# ELFWHEEL_FUZZ_COVERAGE they only run inputs, and write which lines those reach (tools/fuzz).
option(ELFWHEEL_FUZZ "Build the fuzz targets, with Clang" OFF)
option(ELFWHEEL_FUZZ_COVERAGE "Build them to measure coverage" OFF)
if(ELFWHEEL_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "ELFWHEEL_FUZZ needs Clang: -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++")
endif()
if(ELFWHEEL_FUZZ AND ELFWHEEL_FUZZ_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
elseif(ELFWHEEL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

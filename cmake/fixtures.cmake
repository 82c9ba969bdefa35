# Compiles testdata/sources/elf into ${CMAKE_BINARY_DIR}/fixtures: small libraries and programs of
# every kind that the ELF tests edit and run. All of them are always built: a compiler that is not
# there is an error here (tools/setup installs them), never a test that is silently left out.
#
# fixtures/manifest.tsv has one line a fixture: name, kind (library, program, static), target, file.
# fixtures/deps-TARGET/ has what the fixtures of that target need and `load`, which loads a library;
# fixtures/tools/ more programs for this machine, one for each question that tests ask.
# Targets: glibc (this machine), musl (this machine), aarch64, arm (32 bit), riscv64, s390x (big
# endian); the last four run under qemu-user.

set(ELFWHEEL_FIXTURES ${CMAKE_BINARY_DIR}/fixtures)
set(fixture_sources ${PROJECT_SOURCE_DIR}/testdata/sources/elf)
set(fixture_manifest "")
set(fixture_outputs "")

function(fixture_program variable)
  find_program(${variable} NAMES ${ARGN})
  if(NOT ${variable})
    list(JOIN ARGN " or " names)
    message(FATAL_ERROR "The ELF tests need ${names}: run tools/setup (or set ELFWHEEL_TESTS=OFF)")
  endif()
endfunction()

fixture_program(FIXTURE_CC_glibc x86_64-linux-gnu-gcc gcc)
fixture_program(FIXTURE_CC_cxx x86_64-linux-gnu-g++ g++)
fixture_program(FIXTURE_CC_musl musl-gcc)
fixture_program(FIXTURE_CC_aarch64 aarch64-linux-gnu-gcc)
fixture_program(FIXTURE_CC_arm arm-linux-gnueabihf-gcc)
fixture_program(FIXTURE_CC_riscv64 riscv64-linux-gnu-gcc)
fixture_program(FIXTURE_CC_s390x s390x-linux-gnu-gcc)
fixture_program(FIXTURE_GO go)
fixture_program(FIXTURE_RUSTC rustc)
fixture_program(FIXTURE_LLD ld.lld)
fixture_program(FIXTURE_GOLD ld.gold)
fixture_program(FIXTURE_STRIP strip)
foreach(judge eu-elflint eu-strip readelf objcopy llvm-strip gdb qemu-aarch64 qemu-arm qemu-riscv64
        qemu-s390x)
  fixture_program(FIXTURE_JUDGE_${judge} ${judge})
endforeach()
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

# What fixture_file(<output> <command>...) makes belongs to the target `fixtures`.
macro(fixture_file output)
  cmake_parse_arguments(FILE "" "" "COMMAND;DEPENDS" ${ARGN})
  add_custom_command(OUTPUT ${output} COMMAND ${FILE_COMMAND} DEPENDS ${FILE_DEPENDS} VERBATIM)
  list(APPEND fixture_outputs ${output})
endmacro()

macro(fixture_entry name kind target file)
  string(APPEND fixture_manifest "${name}\t${kind}\t${target}\t${file}\n")
endmacro()

foreach(target glibc musl aarch64 arm riscv64 s390x)
  set(compiler ${FIXTURE_CC_${target}})
  set(deps ${ELFWHEEL_FIXTURES}/deps-${target})
  file(MAKE_DIRECTORY ${deps} ${ELFWHEEL_FIXTURES}/${target})
  # libanother.so is the same library under another name, for edits that replace a DT_NEEDED.
  foreach(name base another)
    fixture_file(${deps}/lib${name}.so
      COMMAND ${compiler} -shared -fPIC -O1 -nostdlib -Wl,-soname,lib${name}.so
              -Wl,--version-script=${fixture_sources}/base.map ${fixture_sources}/base.c
              -o ${deps}/lib${name}.so
      DEPENDS ${fixture_sources}/base.c ${fixture_sources}/base.map)
  endforeach()
  fixture_file(${deps}/libextra.so
    COMMAND ${compiler} -shared -fPIC -O1 -nostdlib -Wl,-soname,libextra.so
            ${fixture_sources}/extra.c -o ${deps}/libextra.so
    DEPENDS ${fixture_sources}/extra.c)
  fixture_file(${deps}/load
    COMMAND ${compiler} -O1 ${fixture_sources}/load.c -o ${deps}/load
    DEPENDS ${fixture_sources}/load.c)
endforeach()

file(MAKE_DIRECTORY ${ELFWHEEL_FIXTURES}/tools)
foreach(tool find load_each protections stack static_stack)
  set(source ${fixture_sources}/${tool}.c)
  set(flags -O1)
  if(tool STREQUAL static_stack)
    set(source ${fixture_sources}/stack.c)
    set(flags -O1 -static)
  endif()
  fixture_file(${ELFWHEEL_FIXTURES}/tools/${tool}
    COMMAND ${FIXTURE_CC_glibc} ${flags} ${source} -o ${ELFWHEEL_FIXTURES}/tools/${tool}
    DEPENDS ${source})
endforeach()

# fixture(<name> <library|program> [TARGET t] [SOURCES file...] [FLAGS flag...] [CXX] [NO_RPATH]
#         [NO_ENTRY])
# links it to libbase.so with the RUNPATH /opt/fixture/lib.
macro(fixture name kind)
  cmake_parse_arguments(FIXTURE "CXX;NO_RPATH;NO_ENTRY" "TARGET" "SOURCES;FLAGS" ${ARGN})
  if(NOT FIXTURE_TARGET)
    set(FIXTURE_TARGET glibc)
  endif()
  set(compiler ${FIXTURE_CC_${FIXTURE_TARGET}})
  if(FIXTURE_CXX)
    set(compiler ${FIXTURE_CC_cxx})
  endif()
  set(flags -O1 -fPIC -shared -Wl,-soname,lib${name}.so)
  set(file ${ELFWHEEL_FIXTURES}/${FIXTURE_TARGET}/lib${name}.so)
  set(source answer.c)
  if(${kind} STREQUAL program)
    set(flags -O1)
    set(file ${ELFWHEEL_FIXTURES}/${FIXTURE_TARGET}/${name})
    set(source program.c)
  endif()
  if(NOT FIXTURE_SOURCES)
    set(FIXTURE_SOURCES ${source})
  endif()
  list(TRANSFORM FIXTURE_SOURCES PREPEND ${fixture_sources}/)
  set(deps ${ELFWHEEL_FIXTURES}/deps-${FIXTURE_TARGET})
  set(rpath -Wl,-rpath,/opt/fixture/lib)
  if(FIXTURE_NO_RPATH)
    set(rpath "")
  endif()
  fixture_file(${file}
    COMMAND ${compiler} ${flags} -Wl,--build-id=sha1 -Wl,--enable-new-dtags ${FIXTURE_SOURCES}
            -L${deps} -lbase ${rpath} ${FIXTURE_FLAGS} -o ${file}
    DEPENDS ${FIXTURE_SOURCES} ${deps}/libbase.so)
  if(NOT FIXTURE_NO_ENTRY)
    fixture_entry(${name} ${kind} ${FIXTURE_TARGET} ${file})
  endif()
endmacro()

# A program that needs no library.
macro(static_fixture name target)
  set(file ${ELFWHEEL_FIXTURES}/${target}/${name})
  fixture_file(${file}
    COMMAND ${FIXTURE_CC_${target}} -O1 ${ARGN} ${fixture_sources}/program.c
            ${fixture_sources}/base.c -o ${file}
    DEPENDS ${fixture_sources}/program.c ${fixture_sources}/base.c)
  fixture_entry(${name} static ${target} ${file})
endmacro()

# other_fixture(<name> <kind> <file> <source> <command>...): by another compiler, which writes OUT.
macro(other_fixture name kind output source)
  set(file ${ELFWHEEL_FIXTURES}/glibc/${output})
  set(command ${ARGN})
  list(TRANSFORM command REPLACE "^OUT$" "${file}")
  fixture_file(${file} COMMAND ${command} DEPENDS ${fixture_sources}/${source})
  fixture_entry(${name} ${kind} glibc ${file})
endmacro()

# derived_fixture(<name> <kind> <file> <base file> <script>): a built one, changed by a script.
macro(derived_fixture name kind output base script)
  set(file ${ELFWHEEL_FIXTURES}/glibc/${output})
  fixture_file(${file}
    COMMAND ${Python3_EXECUTABLE} -I ${fixture_sources}/${script} ${ELFWHEEL_FIXTURES}/glibc/${base}
            ${file}
    DEPENDS ${ELFWHEEL_FIXTURES}/glibc/${base} ${fixture_sources}/${script})
  fixture_entry(${name} ${kind} glibc ${file})
endmacro()

fixture(plain library)
fixture(debug library FLAGS -g)
fixture(old_dtags library FLAGS -Wl,--disable-new-dtags)
fixture(no_rpath library NO_RPATH)
fixture(relro_now library FLAGS -Wl,-z,relro -Wl,-z,now)
fixture(no_relro library FLAGS -Wl,-z,norelro)
fixture(sysv_hash library FLAGS -Wl,--hash-style=sysv)
fixture(gnu_hash library FLAGS -Wl,--hash-style=gnu)
fixture(both_hashes library FLAGS -Wl,--hash-style=both)
fixture(versions library SOURCES versions.c
        FLAGS -Wl,--version-script=${fixture_sources}/versions.map -lc)
fixture(notes library SOURCES notes.c FLAGS -fcf-protection=full -Wl,-z,ibt -Wl,-z,shstk)
fixture(tls library SOURCES tls.c)
fixture(ifunc library SOURCES ifunc.c)
fixture(relr library FLAGS -Wl,-z,pack-relative-relocs)
fixture(pages_64k library FLAGS -Wl,-z,max-page-size=65536)
fixture(pages_2m library FLAGS -Wl,-z,max-page-size=2097152)
fixture(one_code_segment library FLAGS -Wl,-z,noseparate-code)
# Its dynamic array has no DT_NULL of its own; the other has just that.
fixture(no_spare library FLAGS -Wl,--spare-dynamic-tags=0)
fixture(one_spare library FLAGS -Wl,--spare-dynamic-tags=1)
fixture(text_first library
        FLAGS -nostartfiles -Wl,-T,${fixture_sources}/text_first.ld -Wl,-z,norelro)
fixture(fatbin library SOURCES fatbin.c)
fixture(zeros library SOURCES zeros.c)
fixture(exceptions library SOURCES exceptions.cc CXX)
fixture(lld library FLAGS -fuse-ld=lld)
fixture(gold library FLAGS -fuse-ld=gold)
fixture(musl library TARGET musl)
fixture(aarch64 library TARGET aarch64)
fixture(arm library TARGET arm)
fixture(riscv64 library TARGET riscv64)
fixture(s390x library TARGET s390x)
# The linker stores this rpath as the tail of a symbol's name.
fixture(shared_tail library SOURCES tail.c NO_RPATH FLAGS -Wl,-rpath,tail_of_a_symbol)
# The same with what the loader reads by name: names of filtees, and a version.
fixture(shared_auxiliary library NO_RPATH
        FLAGS -Wl,-rpath,/opt/fixture/filtee.so -Wl,-f,/opt/fixture/filtee.so)
fixture(shared_filter library NO_RPATH FLAGS -Wl,-rpath,libextra.so -Wl,-F,libextra.so)
fixture(shared_version library NO_RPATH FLAGS -Wl,-rpath,BASE_1.0)
# The soname is also the name of the base version, and of nothing else.
fixture(lld_versions library SOURCES versions.c
        FLAGS -fuse-ld=lld -Wl,--version-script=${fixture_sources}/versions.map -lc)
fixture(versions_first library SOURCES versions.c
        FLAGS -nostartfiles -Wl,--version-script=${fixture_sources}/versions.map -lc
              -Wl,-T,${fixture_sources}/versions_first.ld -Wl,-z,norelro -Wl,--build-id=none)
foreach(style sysv gnu both)
  fixture(renames_${style} library SOURCES renames.c
          FLAGS -Wl,--version-script=${fixture_sources}/renames.map -Wl,--hash-style=${style})
endforeach()
fixture(renames_lld library SOURCES renames.c
        FLAGS -Wl,--version-script=${fixture_sources}/renames.map -fuse-ld=lld)
fixture(exec_stack library FLAGS -Wl,-z,execstack)
fixture(no_stack_header library FLAGS -fuse-ld=lld -Wl,-z,nognustack)
derived_fixture(no_sections library libno_sections.so libplain.so drop_section_headers.py)
derived_fixture(zip_behind library libzip_behind.so libplain.so append_zip.py)

fixture(pie program FLAGS -pie)
fixture(fixed program FLAGS -no-pie)
fixture(pie_now program FLAGS -pie -Wl,-z,relro -Wl,-z,now)
fixture(pie_lld program FLAGS -pie -fuse-ld=lld)
fixture(fixed_lld program FLAGS -no-pie -fuse-ld=lld)
fixture(pie_gold program FLAGS -pie -fuse-ld=gold)
fixture(fixed_gold program FLAGS -no-pie -fuse-ld=gold)
fixture(pie_musl program TARGET musl FLAGS -pie -fPIE)
fixture(pie_aarch64 program TARGET aarch64 FLAGS -pie)
fixture(fixed_aarch64 program TARGET aarch64 FLAGS -no-pie)
fixture(pie_arm program TARGET arm FLAGS -pie)
fixture(pie_riscv64 program TARGET riscv64 FLAGS -pie)
fixture(fixed_riscv64 program TARGET riscv64 FLAGS -no-pie)
fixture(pie_s390x program TARGET s390x FLAGS -pie)
fixture(pie_relr program FLAGS -pie -Wl,-z,pack-relative-relocs)
fixture(pie_throws program SOURCES program_throws.cc CXX FLAGS -pie)
fixture(pie_debug program FLAGS -pie -g)
derived_fixture(pie_no_sections program pie_no_sections pie drop_section_headers.py)
derived_fixture(pie_zip_behind program pie_zip_behind pie append_zip.py)
# Finds its own payload.
fixture(payload_only program SOURCES payload.c FLAGS -pie NO_ENTRY)
derived_fixture(payload program payload payload_only append_payload.py)

# Go links by itself; the net package brings the C library in, cgo the C compiler.
set(go ${CMAKE_COMMAND} -E env GOCACHE=${ELFWHEEL_FIXTURES}/go-cache GOFLAGS=-trimpath
    ${FIXTURE_GO} build -o OUT)
other_fixture(go_net program go_net hello.go ${go} ${fixture_sources}/hello.go)
other_fixture(go_cgo program go_cgo hello_cgo.go ${go} ${fixture_sources}/hello_cgo.go)
other_fixture(go_static static go_static hello_static.go ${go} ${fixture_sources}/hello_static.go)
other_fixture(rust program rust hello.rs ${FIXTURE_RUSTC} -O -C strip=debuginfo -o OUT
              ${fixture_sources}/hello.rs)
other_fixture(rust_library library librust.so answer.rs ${FIXTURE_RUSTC} -O -C strip=debuginfo
              --crate-type cdylib -o OUT ${fixture_sources}/answer.rs)
# Where CUDA's compiler is; `fatbin` has such a section everywhere.
find_program(FIXTURE_NVCC nvcc PATHS /usr/local/cuda/bin)
if(FIXTURE_NVCC)
  other_fixture(nvcc library libnvcc.so kernel.cu ${FIXTURE_NVCC} -shared -Xcompiler=-fPIC
                -cudart static -L${ELFWHEEL_FIXTURES}/deps-glibc -lbase -o OUT
                ${fixture_sources}/kernel.cu)
endif()

static_fixture(static glibc -static)
static_fixture(static_musl musl -static)
static_fixture(static_pie glibc -static-pie)

file(CONFIGURE OUTPUT ${ELFWHEEL_FIXTURES}/manifest.tsv CONTENT "${fixture_manifest}" @ONLY)
add_custom_target(fixtures ALL DEPENDS ${fixture_outputs})

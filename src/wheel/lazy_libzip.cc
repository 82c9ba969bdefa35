// libzip's functions for a program that is not linked to it: each loads the library on its first
// call. Commands that open no wheel start without libzip and what that needs (a millisecond, of
// two); the callers are written as if it were linked.
//
// The note tells packagers of the dependency that DT_NEEDED does not show (UAPI Group,
// "ELF dlopen metadata").
#include <dlfcn.h>
#include <fmt/format.h>
#include <zip.h>

#include <cstdarg>

#include "elfwheel/base/error.h"

__asm__(
    ".pushsection .note.dlopen,\"a\",%note\n"
    ".balign 4\n"
    ".long 4, 2f - 1f, 0x407c0c0a\n"
    ".asciz \"FDO\"\n"
    "1: .asciz \"[{\\\"feature\\\":\\\"wheels\\\",\\\"description\\\":\\\"Reading and writing "
    "wheels\\\",\\\"priority\\\":\\\"recommended\\\",\\\"soname\\\":[\\\"" ELFWHEEL_LIBZIP_SONAME
    "\\\"]}]\"\n"
    "2: .balign 4\n"
    ".popsection\n");

namespace elfwheel::wheel {
namespace {

template <class Function>
Function* find(const char* name) {
  static void* const library = dlopen(ELFWHEEL_LIBZIP_SONAME, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw Error(ErrorCode::kUnsupported, fmt::format("cannot load libzip: {}", dlerror()));
  void* const address = dlsym(library, name);
  if (address == nullptr)
    throw Error(ErrorCode::kUnsupported, fmt::format("this libzip has no {}", name));
  return reinterpret_cast<Function*>(address);
}

}  // namespace
}  // namespace elfwheel::wheel

#define ELFWHEEL_FORWARD(result, name, parameters, arguments)                 \
  result name parameters {                                                    \
    static auto* const real =                                                 \
        elfwheel::wheel::find<std::remove_pointer_t<decltype(&name)>>(#name); \
    return real arguments;                                                    \
  }

extern "C" {
ELFWHEEL_FORWARD(int, zip_close, (zip_t * zip), (zip))
ELFWHEEL_FORWARD(int, zip_compression_method_supported, (zip_int32_t method, int compress),
                 (method, compress))
ELFWHEEL_FORWARD(void, zip_discard, (zip_t * zip), (zip))
ELFWHEEL_FORWARD(int, zip_error_code_zip, (const zip_error_t* error), (error))
ELFWHEEL_FORWARD(void, zip_error_fini, (zip_error_t * error), (error))
ELFWHEEL_FORWARD(void, zip_error_init, (zip_error_t * error), (error))
ELFWHEEL_FORWARD(const char*, zip_error_strerror, (zip_error_t * error), (error))
ELFWHEEL_FORWARD(int, zip_fclose, (zip_file_t * file), (file))
ELFWHEEL_FORWARD(zip_int64_t, zip_file_add,
                 (zip_t * zip, const char* name, zip_source_t* source, zip_flags_t flags),
                 (zip, name, source, flags))
ELFWHEEL_FORWARD(int, zip_file_set_dostime,
                 (zip_t * zip, zip_uint64_t index, zip_uint16_t time, zip_uint16_t date,
                  zip_flags_t flags),
                 (zip, index, time, date, flags))
ELFWHEEL_FORWARD(int, zip_file_set_external_attributes,
                 (zip_t * zip, zip_uint64_t index, zip_flags_t flags, zip_uint8_t system,
                  zip_uint32_t attributes),
                 (zip, index, flags, system, attributes))
ELFWHEEL_FORWARD(const char*, zip_file_strerror, (zip_file_t * file), (file))
ELFWHEEL_FORWARD(zip_file_t*, zip_fopen_index, (zip_t * zip, zip_uint64_t index, zip_flags_t flags),
                 (zip, index, flags))
ELFWHEEL_FORWARD(zip_int64_t, zip_fread, (zip_file_t * file, void* buffer, zip_uint64_t size),
                 (file, buffer, size))
ELFWHEEL_FORWARD(zip_error_t*, zip_get_error, (zip_t * zip), (zip))
ELFWHEEL_FORWARD(zip_int64_t, zip_get_num_entries, (zip_t * zip, zip_flags_t flags), (zip, flags))
ELFWHEEL_FORWARD(zip_t*, zip_open_from_source,
                 (zip_source_t * source, int flags, zip_error_t* error), (source, flags, error))
ELFWHEEL_FORWARD(int, zip_set_file_compression,
                 (zip_t * zip, zip_uint64_t index, zip_int32_t method, zip_uint32_t level),
                 (zip, index, method, level))
ELFWHEEL_FORWARD(zip_source_t*, zip_source_buffer_create,
                 (const void* data, zip_uint64_t size, int release, zip_error_t* error),
                 (data, size, release, error))
ELFWHEEL_FORWARD(void, zip_source_free, (zip_source_t * source), (source))
ELFWHEEL_FORWARD(zip_source_t*, zip_source_function_create,
                 (zip_source_callback callback, void* data, zip_error_t* error),
                 (callback, data, error))
ELFWHEEL_FORWARD(zip_int64_t, zip_source_seek_compute_offset,
                 (zip_uint64_t offset, zip_uint64_t length, void* data, zip_uint64_t size,
                  zip_error_t* error),
                 (offset, length, data, size, error))
ELFWHEEL_FORWARD(void, zip_stat_init, (zip_stat_t * status), (status))
ELFWHEEL_FORWARD(const char*, zip_strerror, (zip_t * zip), (zip))

// A variable number of arguments cannot be handed on; the set of commands is one bit each, ended by
// a negative one (zip_source_function(3)).
zip_int64_t zip_source_make_command_bitmap(zip_source_cmd_t command, ...) {
  zip_int64_t result = zip_int64_t{1} << command;
  va_list more;
  va_start(more, command);
  for (int next = va_arg(more, int); next >= 0; next = va_arg(more, int))
    result |= zip_int64_t{1} << next;
  va_end(more);
  return result;
}
}

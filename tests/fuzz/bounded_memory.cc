#include "fuzz/bounded_memory.h"

#include <cstdio>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#define ELFWHEEL_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ELFWHEEL_HAS_ASAN 1
#endif
#endif

#ifdef ELFWHEEL_HAS_ASAN
// sanitizer/allocator_interface.h, which GCC does not install though its runtime has the function.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             size_t),
                                                         void (*free_hook)(const volatile void*));
#endif

namespace elfwheel::fuzz {
namespace {

thread_local size_t limit = 0;  // none

#ifdef ELFWHEEL_HAS_ASAN
void on_allocation(const volatile void*, size_t size) {
  if (limit == 0 || size <= limit) return;
  std::fprintf(stderr, "allocation of %zu bytes, more than the %zu that the input allows\n", size,
               limit);
  limit = 0;
  std::abort();
}

void on_free(const volatile void*) {}

const int installed = __sanitizer_install_malloc_and_free_hooks(on_allocation, on_free);
#endif

}  // namespace

BoundedMemory::BoundedMemory(size_t input_size, size_t constant) {
#ifdef ELFWHEEL_HAS_ASAN
  if (installed == 0) std::abort();
#endif
  limit = 10 * input_size + constant;
}

BoundedMemory::~BoundedMemory() { limit = 0; }

}  // namespace elfwheel::fuzz

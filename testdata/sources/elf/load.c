/* load LIBRARY: loads it as an extension module is loaded and prints what its answer() returns.
   load --only-load LIBRARY: loads it. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  const int only_load = argc == 3 && strcmp(argv[1], "--only-load") == 0;
  if (argc != 2 && !only_load) return 2;
  void* library = dlopen(argv[argc - 1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  if (only_load) return 0;
  int (*answer)(void) = (int (*)(void))dlsym(library, "answer");
  if (answer == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  printf("%d\n", answer());
  return 0;
}

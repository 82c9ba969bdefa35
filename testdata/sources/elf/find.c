/* find LIBRARY NAME...: loads it and prints what the function of each name returns, or "absent";
   a NAME@VERSION is looked up in that version. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char** argv) {
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  for (int i = 2; i < argc; ++i) {
    char* version = strchr(argv[i], '@');
    if (version != NULL) *version++ = '\0';
    void* symbol = version ? dlvsym(library, argv[i], version) : dlsym(library, argv[i]);
    if (symbol == NULL)
      puts("absent");
    else
      printf("%d\n", ((int (*)(void))symbol)());
  }
  return 0;
}

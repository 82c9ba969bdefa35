/* protections LIBRARY: loads it, and for the dynamic section, the global offset table and the range
   of PT_GNU_RELRO says whether a write to their first word ends in SIGSEGV. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_protected(ElfW(Addr) address) {
  const pid_t child = fork();
  if (child == 0) {
    volatile unsigned long* word = (volatile unsigned long*)address;
    *word = *word;
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == 11;
}

static void say(const char* what, ElfW(Addr) address) {
  printf("%s %s\n", what, is_protected(address) ? "protected" : "writable");
}

static int visit(struct dl_phdr_info* info, size_t size, void* name) {
  (void)size;
  if (strcmp(info->dlpi_name, (const char*)name) != 0) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)* header = &info->dlpi_phdr[i];
    const ElfW(Addr) begin = info->dlpi_addr + header->p_vaddr;
    if (header->p_type == PT_DYNAMIC) say("dynamic section", begin);
    if (header->p_type == PT_GNU_RELRO) {
      say("first relro word", begin);
      say("last relro word", begin + header->p_memsz - sizeof(long));
    }
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  struct link_map* map = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (map == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  setvbuf(stdout, NULL, _IONBF, 0);
  if (!dl_iterate_phdr(visit, argv[1])) return 3;
  for (const ElfW(Dyn)* entry = map->l_ld; entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_PLTGOT) say("global offset table", entry->d_un.d_ptr);
  return 0;
}

/* A program that carries data behind its section header table and finds it as AppImage runtimes
   do: at e_shoff + e_shnum * e_shentsize of its own file. Prints what stands there. */
#include <elf.h>
#include <stdio.h>

extern int base_number(void);

int main(void) {
  FILE* self = fopen("/proc/self/exe", "rb");
  Elf64_Ehdr header;
  char text[16] = "";
  if (self == NULL || fread(&header, sizeof header, 1, self) != 1) return 1;
  const long end = (long)header.e_shoff + (long)header.e_shnum * header.e_shentsize;
  if (fseek(self, end, SEEK_SET) != 0 || fread(text, 1, 15, self) != 15) return 2;
  if (base_number() != 21) return 3;
  fputs(text + 12, stdout); /* behind "the payload" and its line end: "42\n" */
  return 0;
}

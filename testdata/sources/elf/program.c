/* The program of the fixtures: prints 42. */
#include <stdio.h>

extern int base_number(void);

int main(void) {
  printf("%d\n", 2 * base_number());
  return 0;
}

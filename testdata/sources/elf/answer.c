/* The library of most fixtures: needs libbase.so and libc with symbol versions, and has relative
   relocations, data and a string table worth moving. */
#include <string.h>

extern int base_number(void);

char answer_text[] = "answer";

static int half(void) { return base_number(); }
static int length(void) { return strlen(answer_text) == 6 ? base_number() : 0; }

int (*const answer_parts[])(void) = {half, length};
int answer_calls = 0;

int answer(void) {
  ++answer_calls;
  return answer_parts[0]() + answer_parts[1]();
}

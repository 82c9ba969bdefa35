/* Defines one symbol in two versions, of which ANSWER_2.0 is the default, and has a parent. */
extern int base_number(void);

int answer_old(void) { return 1; }
int answer_new(void) { return 2 * base_number(); }
__asm__(".symver answer_old,answer@ANSWER_1.0");
__asm__(".symver answer_new,answer@@ANSWER_2.0");

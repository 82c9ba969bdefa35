/* answer() is chosen at load time by a resolver. */
extern int base_number(void);

static int answer_chosen(void) { return 2 * base_number(); }
static int (*choose(void))(void) { return answer_chosen; }
int answer(void) __attribute__((ifunc("choose")));

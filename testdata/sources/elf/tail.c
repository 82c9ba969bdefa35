/* The linker stores the rpath "tail_of_a_symbol" as the tail of this symbol's name. */
extern int base_number(void);

int fixture_tail_of_a_symbol = 42;
int answer(void) { return fixture_tail_of_a_symbol + 0 * base_number(); }

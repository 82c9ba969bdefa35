/* Functions that tests rename: defined ones, called from outside and, through the PLT and by
   relocations, from within; and an undefined one of libbase.so. */
extern int base_number(void);

int rename_one(void) { return 1; }
int rename_two(void) { return 2; }
int rename_three(void) { return 3; }
int rename_four(void) { return 4; }
int rename_data = 5;
int* rename_pointer = &rename_data;
int (*rename_table[])(void) = {rename_one, rename_two, rename_three, rename_four};

int answer(void) {
  const int own = rename_one() + 10 * rename_two() + 100 * rename_three() + 1000 * rename_four();
  const int by_table = rename_table[0]() + 10 * rename_table[1]() + 100 * rename_table[2]() +
                       1000 * rename_table[3]();
  if (own != 4321 || by_table != 4321 || *rename_pointer != 5) return own;
  return 2 * base_number();
}

/* Thread-local storage, initialised and zero. */
extern int base_number(void);

__thread int tls_value = 20;
__thread int tls_zero[64];

int answer(void) {
  tls_zero[63] = 1;
  return tls_value + tls_zero[63] + base_number();
}

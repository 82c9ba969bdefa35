/* libbase.so: what the fixtures need. Uses no libc, so one build serves glibc and musl. */
int base_number(void) { return 21; }

/* libextra.so: what edits add as a further DT_NEEDED. Uses no libc. */
int extra_number(void) { return 7; }

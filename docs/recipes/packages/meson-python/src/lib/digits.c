#include "digits.h"

#include <mpfr.h>
#include <stddef.h>

char* digits_of_pi(int places) {
  mpfr_t pi;
  mpfr_init2(pi, places * 4L + 64); /* 3.33 bits a place, and some to round with */
  mpfr_const_pi(pi, MPFR_RNDN);
  char* text = NULL;
  if (mpfr_asprintf(&text, "%.*Rf", places, pi) < 0) text = NULL;
  mpfr_clear(pi);
  mpfr_free_cache();
  return text;
}

void digits_free(char* text) { mpfr_free_str(text); }

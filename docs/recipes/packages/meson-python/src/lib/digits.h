#pragma once

/* Pi to so many decimal places, to be freed with digits_free; NULL if there is no memory. */
char* digits_of_pi(int places);
void digits_free(char* text);

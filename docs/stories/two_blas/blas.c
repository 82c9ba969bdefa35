/* A BLAS of which one thing matters: how wide its integers are. Built twice, with INT=int (LP64) and
   INT=long (ILP64), as vendors build theirs. */
const char* blas_name(void) { return NAME; }
const char* dsyevd_(const INT* n, long* seen) {
  *seen = (long)*n;
  return NAME;
}

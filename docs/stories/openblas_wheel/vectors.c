/* A little numpy: the dot product of two vectors, by OpenBLAS with 64-bit integers. */
#include <stdint.h>

double scipy_cblas_ddot64_(int64_t n, const double* x, int64_t step_x, const double* y,
                           int64_t step_y);

double vectors_dot(int64_t n, const double* x, const double* y) {
  return scipy_cblas_ddot64_(n, x, 1, y, 1);
}

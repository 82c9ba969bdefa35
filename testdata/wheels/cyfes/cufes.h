// The C API of libcufes.so, the native half of the CyFES fixture: a free energy surface as the sum
// of Gaussian hills, on the GPU (a CUDA kernel) or on the CPU (an OpenMP loop).

#ifndef CUFES_H_
#define CUFES_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What cudaRuntimeGetVersion reports (13000 is 13.0), or minus the CUDA error code. Needs no GPU.
int cufes_runtime_version(void);

// 1 if the library was built by nvcc and so holds the kernel, else 0.
int cufes_has_kernel(void);

// surface[i] = sum over hills of height * exp(-(grid[i] - center)^2 / (2 sigma^2)).
// Returns the number of OpenMP threads that took part.
int cufes_sum_hills_cpu(const double* centers, size_t hills, double height, double sigma,
                        const double* grid, double* surface, size_t points);

// The same by the kernel. Returns 0, or the CUDA error code (there is one where no GPU is).
int cufes_sum_hills_gpu(const double* centers, size_t hills, double height, double sigma,
                        const double* grid, double* surface, size_t points);

#ifdef __cplusplus
}
#endif

#endif  // CUFES_H_

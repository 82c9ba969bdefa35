// libcufes.so. nvcc compiles all of it; g++ (`-x c++`), on a machine without nvcc, everything but
// the kernel and its launch. Either way the library needs the shared libcudart and libgomp.

#include "cufes.h"

#include <cuda_runtime_api.h>
#include <omp.h>

#include <cmath>

#ifdef __CUDACC__
namespace {

__global__ void sum_hills(const double* centers, size_t hills, double height, double sigma,
                          const double* grid, double* surface, size_t points) {
  const size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i >= points) return;
  double sum = 0;
  for (size_t h = 0; h < hills; ++h) {
    const double z = (grid[i] - centers[h]) / sigma;
    sum += height * exp(-0.5 * z * z);
  }
  surface[i] = sum;
}

struct DeviceArray {
  double* data = nullptr;
  cudaError_t status;

  explicit DeviceArray(size_t count) : status(cudaMalloc(&data, count * sizeof(double))) {}
  DeviceArray(const DeviceArray&) = delete;
  DeviceArray& operator=(const DeviceArray&) = delete;
  ~DeviceArray() { cudaFree(data); }

  void fill(const double* from, size_t count) {
    if (status != cudaSuccess) return;
    status = cudaMemcpy(data, from, count * sizeof(double), cudaMemcpyHostToDevice);
  }
};

}  // namespace
#endif

extern "C" int cufes_runtime_version(void) {
  int version = 0;
  const cudaError_t status = cudaRuntimeGetVersion(&version);
  return status == cudaSuccess ? version : -static_cast<int>(status);
}

extern "C" int cufes_has_kernel(void) {
#ifdef __CUDACC__
  return 1;
#else
  return 0;
#endif
}

extern "C" int cufes_sum_hills_cpu(const double* centers, size_t hills, double height, double sigma,
                                   const double* grid, double* surface, size_t points) {
  int threads = 1;
#pragma omp parallel
  {
#pragma omp single
    threads = omp_get_num_threads();
#pragma omp for
    for (size_t i = 0; i < points; ++i) {
      double sum = 0;
      for (size_t h = 0; h < hills; ++h) {
        const double z = (grid[i] - centers[h]) / sigma;
        sum += height * std::exp(-0.5 * z * z);
      }
      surface[i] = sum;
    }
  }
  return threads;
}

extern "C" int cufes_sum_hills_gpu(const double* centers, size_t hills, double height, double sigma,
                                   const double* grid, double* surface, size_t points) {
  int devices = 0;
  const cudaError_t found = cudaGetDeviceCount(&devices);
  if (found != cudaSuccess) return static_cast<int>(found);
#ifdef __CUDACC__
  DeviceArray device_centers(hills), device_grid(points), device_surface(points);
  device_centers.fill(centers, hills);
  device_grid.fill(grid, points);
  for (const DeviceArray* array : {&device_centers, &device_grid, &device_surface}) {
    if (array->status != cudaSuccess) return static_cast<int>(array->status);
  }
  constexpr unsigned kBlock = 128;
  const unsigned blocks = static_cast<unsigned>((points + kBlock - 1) / kBlock);
  sum_hills<<<blocks, kBlock>>>(device_centers.data, hills, height, sigma, device_grid.data,
                                device_surface.data, points);
  const cudaError_t launched = cudaGetLastError();
  if (launched != cudaSuccess) return static_cast<int>(launched);
  return static_cast<int>(cudaMemcpy(surface, device_surface.data, points * sizeof(double),
                                     cudaMemcpyDeviceToHost));
#else
  (void)centers, (void)hills, (void)height, (void)sigma, (void)grid, (void)surface, (void)points;
  return static_cast<int>(cudaErrorNoKernelImageForDevice);
#endif
}

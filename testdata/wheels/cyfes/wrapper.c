// The CPython extension cyfes.wrapper. Two forms, as such packages exist in both:
// - linked: libcufes.so is in this file's DT_NEEDED;
// - with CYFES_DLOPEN: the package opens libcufes.so by its path and hands the dlopen handle to
//   bind(), so that this file names no library at all.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cufes.h"

#ifdef CYFES_DLOPEN
#include <dlfcn.h>

static int (*runtime_version_entry)(void);
static int (*has_kernel_entry)(void);
static int (*sum_hills_cpu_entry)(const double*, size_t, double, double, const double*, double*,
                                  size_t);
static int (*sum_hills_gpu_entry)(const double*, size_t, double, double, const double*, double*,
                                  size_t);

static PyObject* bind_library(PyObject* self, PyObject* argument) {
  (void)self;
  void* library = PyLong_AsVoidPtr(argument);
  if (library == NULL) return NULL;
  // POSIX's way round ISO C, which has no conversion from an object pointer to a function pointer.
  *(void**)&runtime_version_entry = dlsym(library, "cufes_runtime_version");
  *(void**)&has_kernel_entry = dlsym(library, "cufes_has_kernel");
  *(void**)&sum_hills_cpu_entry = dlsym(library, "cufes_sum_hills_cpu");
  *(void**)&sum_hills_gpu_entry = dlsym(library, "cufes_sum_hills_gpu");
  if (!runtime_version_entry || !has_kernel_entry || !sum_hills_cpu_entry ||
      !sum_hills_gpu_entry) {
    PyErr_SetString(PyExc_ImportError, "libcufes.so lacks a function");
    return NULL;
  }
  Py_RETURN_NONE;
}

#define cufes_runtime_version runtime_version_entry
#define cufes_has_kernel has_kernel_entry
#define cufes_sum_hills_cpu sum_hills_cpu_entry
#define cufes_sum_hills_gpu sum_hills_gpu_entry
#endif

static PyObject* runtime_version(PyObject* self, PyObject* unused) {
  (void)self, (void)unused;
  return PyLong_FromLong(cufes_runtime_version());
}

static PyObject* has_kernel(PyObject* self, PyObject* unused) {
  (void)self, (void)unused;
  return PyBool_FromLong(cufes_has_kernel());
}

// sum_hills(centers, grid, on_gpu): centers and grid are buffers of doubles (array.array('d')).
// Returns (status or number of threads, surface as bytes).
static PyObject* sum_hills(PyObject* self, PyObject* arguments) {
  (void)self;
  Py_buffer centers, grid;
  int on_gpu = 0;
  if (!PyArg_ParseTuple(arguments, "y*y*p", &centers, &grid, &on_gpu)) return NULL;
  PyObject* surface = PyBytes_FromStringAndSize(NULL, grid.len);
  int status = 0;
  if (surface != NULL) {
    double* out = (double*)PyBytes_AS_STRING(surface);
    const size_t hills = (size_t)centers.len / sizeof(double);
    const size_t points = (size_t)grid.len / sizeof(double);
    memset(out, 0, (size_t)grid.len);
    status = (on_gpu ? cufes_sum_hills_gpu : cufes_sum_hills_cpu)(
        (const double*)centers.buf, hills, 1.5, 0.25, (const double*)grid.buf, out, points);
  }
  PyBuffer_Release(&centers);
  PyBuffer_Release(&grid);
  return surface == NULL ? NULL : Py_BuildValue("iN", status, surface);
}

static PyMethodDef methods[] = {
#ifdef CYFES_DLOPEN
    {"bind", bind_library, METH_O, "Take the functions from this dlopen handle."},
#endif
    {"runtime_version", runtime_version, METH_NOARGS, "The CUDA runtime's version."},
    {"has_kernel", has_kernel, METH_NOARGS, "Whether libcufes.so holds a CUDA kernel."},
    {"sum_hills", sum_hills, METH_VARARGS, "Sum Gaussian hills on a grid."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "wrapper", NULL, -1, methods,
                                    NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_wrapper(void) { return PyModule_Create(&module); }

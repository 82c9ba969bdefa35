/* The extension of the package: dot() of two vectors that are made up here. */
#include <Python.h>

double vectors_dot(int64_t n, const double* x, const double* y);

static PyObject* dot(PyObject* self, PyObject* unused) {
  (void)self, (void)unused;
  const double x[] = {1, 2, 3, 4}, y[] = {5, 6, 7, 8};
  return PyFloat_FromDouble(vectors_dot(4, x, y));
}

static PyMethodDef methods[] = {{"dot", dot, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, MODULE, NULL, -1, methods,
                                    NULL,                  NULL,   NULL, NULL};

#define JOIN(a, b) a##b
#define INIT(name) JOIN(PyInit_, name)
PyMODINIT_FUNC INIT(MODULE_NAME)(void) { return PyModule_Create(&module); }

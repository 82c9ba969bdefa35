/* A Python extension that was compiled against a BLAS with integers of type INT. order() asks for a
   problem of order 3 and says which library answered and which order that saw. */
#include <Python.h>

extern const char* dsyevd_(const INT* n, long* seen);

static PyObject* order(PyObject* self, PyObject* unused) {
  (void)self, (void)unused;
  /* What happens to stand behind a 32-bit integer is read by whoever takes it for a 64-bit one. */
  INT arguments[2] = {3, 7};
  long seen = 0;
  const char* who = dsyevd_(arguments, &seen);
  return Py_BuildValue("(sl)", who, seen);
}

static PyMethodDef methods[] = {{"order", order, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, MODULE, NULL, -1, methods,
                                    NULL,                  NULL,   NULL, NULL};

#define JOIN(a, b) a##b
#define INIT(name) JOIN(PyInit_, name)
PyMODINIT_FUNC INIT(MODULE_NAME)(void) { return PyModule_Create(&module); }

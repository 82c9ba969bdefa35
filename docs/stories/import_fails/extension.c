/* A Python extension that needs a function of libanswer.so. */
#include <Python.h>

extern int answer(void);

static PyObject* ask(PyObject* self, PyObject* unused) {
  (void)self, (void)unused;
  return PyLong_FromLong(answer());
}

static PyMethodDef methods[] = {{"ask", ask, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_ext", NULL, -1, methods,
                                    NULL,                  NULL,   NULL, NULL};
PyMODINIT_FUNC PyInit__ext(void) { return PyModule_Create(&module); }

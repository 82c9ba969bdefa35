#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "digits.h"

static PyObject* pi(PyObject* module, PyObject* argument) {
  (void)module;
  long places = PyLong_AsLong(argument);
  if (PyErr_Occurred()) return NULL;
  if (places < 0 || places > 100000)
    return PyErr_Format(PyExc_ValueError, "%ld places; 0 to 100000 can be had", places);
  char* text = digits_of_pi((int)places);
  if (text == NULL) return PyErr_NoMemory();
  PyObject* result = PyUnicode_FromString(text);
  digits_free(text);
  return result;
}

static PyMethodDef methods[] = {
    {"pi", pi, METH_O, "pi(places): pi to so many decimal places, as text."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_digits",
                                    .m_methods = methods};

PyMODINIT_FUNC PyInit__digits(void) { return PyModule_Create(&module); }

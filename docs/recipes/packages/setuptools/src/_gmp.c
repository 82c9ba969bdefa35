#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <gmp.h>

/* Decimal digits go in and out: GMP's integers and Python's have nothing else in common. */
static PyObject* next_prime(PyObject* module, PyObject* argument) {
  (void)module;
  const char* digits = PyUnicode_AsUTF8(argument);
  if (digits == NULL) return NULL;
  mpz_t number;
  if (mpz_init_set_str(number, digits, 10) != 0) {
    mpz_clear(number);
    return PyErr_Format(PyExc_ValueError, "%R is no decimal number", argument);
  }
  mpz_nextprime(number, number);
  char* text = PyMem_Malloc(mpz_sizeinbase(number, 10) + 2);
  PyObject* result = NULL;
  if (text == NULL)
    PyErr_NoMemory();
  else
    result = PyUnicode_FromString(mpz_get_str(text, 10, number));
  PyMem_Free(text);
  mpz_clear(number);
  return result;
}

static PyMethodDef methods[] = {
    {"next_prime", next_prime, METH_O, "The smallest prime above a number, both as digits."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_gmp", .m_methods = methods};

PyMODINIT_FUNC PyInit__gmp(void) { return PyModule_Create(&module); }

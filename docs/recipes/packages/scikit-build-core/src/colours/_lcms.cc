#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <lcms2.h>

#include <memory>

namespace {

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
struct DeleteTransform {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using Profile = std::unique_ptr<void, CloseProfile>;
using Transform = std::unique_ptr<void, DeleteTransform>;

PyObject* lab(PyObject*, PyObject* arguments) {
  unsigned char rgb[3];
  if (!PyArg_ParseTuple(arguments, "bbb", &rgb[0], &rgb[1], &rgb[2])) return nullptr;
  const Profile srgb(cmsCreate_sRGBProfile());
  const Profile cie_lab(cmsCreateLab4Profile(nullptr));
  const Transform transform(cmsCreateTransform(srgb.get(), TYPE_RGB_8, cie_lab.get(), TYPE_Lab_DBL,
                                               INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE));
  if (!transform) return PyErr_NoMemory();
  cmsCIELab result;
  cmsDoTransform(transform.get(), rgb, &result, 1);
  return Py_BuildValue("ddd", result.L, result.a, result.b);
}

PyMethodDef methods[] = {
    {"lab", lab, METH_VARARGS, "lab(red, green, blue): an sRGB colour as CIE L*, a* and b*."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_lcms", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__lcms() { return PyModule_Create(&module); }

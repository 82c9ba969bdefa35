// The functions of fmt that its headers declare, compiled here in a namespace of our own
// (cmake/static_program.cmake): Debian has fmt as headers and a shared library only, and whoever
// links our library may have another release of fmt beside it.
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

// format.h declares these `extern`.
template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl<char>(locale_ref) -> char;

}  // namespace detail
FMT_END_NAMESPACE

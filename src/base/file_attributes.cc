#include "base/file_attributes.h"

#include <fmt/format.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "elfwheel/base/error.h"

namespace elfwheel {
namespace {

constexpr const char* kAccessControlList = "system.posix_acl_access";

// Names in the kernel's form, each with a NUL behind it. They may become more between two calls.
std::string listed_names(const std::string& path) {
  std::string names;
  for (;;) {
    const ssize_t size = ::listxattr(path.c_str(), nullptr, 0);
    if (size == 0) return {};
    names.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
    const ssize_t listed = size < 0 ? size : ::listxattr(path.c_str(), names.data(), names.size());
    if (listed >= 0) {
      names.resize(static_cast<size_t>(listed));
      return names;
    }
    if (errno == EOPNOTSUPP || errno == ENOSYS || errno == ENOENT) return {};
    if (errno != ERANGE && errno != EINTR)
      throw io_error("cannot read the file's extended attributes", errno);
  }
}

std::vector<std::string> attribute_names(const std::string& path) {
  const std::string all = listed_names(path);
  std::vector<std::string> names;
  for (size_t at = 0; at < all.size();) {
    names.push_back(all.substr(at, all.find('\0', at) - at));
    at += names.back().size() + 1;
  }
  return names;
}

// The "security." family belongs to the system (labels, file capabilities, signatures): where it
// cannot be read or set, the system has set its own.
void copy_attribute(const std::string& path, const std::string& name, int to) {
  const ssize_t size = ::getxattr(path.c_str(), name.c_str(), nullptr, 0);
  std::vector<char> value(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  const ssize_t got =
      size < 0 ? size : ::getxattr(path.c_str(), name.c_str(), value.data(), value.size());
  if (got < 0 && errno == ENODATA) return;  // gone meanwhile
  if (got >= 0 && ::fsetxattr(to, name.c_str(), value.data(), static_cast<size_t>(got), 0) == 0)
    return;
  if (!name.starts_with("security."))
    throw io_error(fmt::format("cannot keep the extended attribute {}", name), errno);
}

}  // namespace

bool take_over_owner(int descriptor, const struct stat& wanted) {
  struct stat own = {};
  if (::fstat(descriptor, &own) != 0) return false;
  if (own.st_uid == wanted.st_uid && own.st_gid == wanted.st_gid) return true;
  return ::fchown(descriptor, wanted.st_uid, wanted.st_gid) == 0;
}

void take_over_attributes(const std::string& path, int descriptor, const struct stat& wanted) {
  const std::vector<std::string> names = attribute_names(path);
  // A default list of the directory gave the new file one of its own.
  if (std::find(names.begin(), names.end(), kAccessControlList) == names.end())
    ::fremovexattr(descriptor, kAccessControlList);
  // The mode before the attributes: of an access control list it is a part.
  if (::fchmod(descriptor, wanted.st_mode & 07777) != 0)
    throw io_error("cannot keep the file's mode", errno);
  for (const std::string& name : names) copy_attribute(path, name, descriptor);
}

}  // namespace elfwheel

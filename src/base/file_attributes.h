// Who owns a file, who may use it, and what is attached to it: taken over from one to another.
#pragma once

#include <sys/stat.h>

#include <string>

namespace elfwheel {

// Gives the open file the owner and group in `wanted`. False, and errno is set, when the system
// does not allow it.
bool take_over_owner(int descriptor, const struct stat& wanted);

// Gives the open file the mode in `wanted` and the extended attributes (access control lists
// included) of the file at `path`. Call it when the content is final and the owner right: changes
// of either take away set-user-ID bits and file capabilities. Error kIo "cannot keep the file's
// mode: ...", "cannot keep the extended attribute user.x: ...".
void take_over_attributes(const std::string& path, int descriptor, const struct stat& wanted);

}  // namespace elfwheel

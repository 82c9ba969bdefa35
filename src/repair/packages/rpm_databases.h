// The three containers that rpm keeps its headers in. Each function calls body(header) for every
// record that may be a package's header; the bytes are valid during the call alone.
// Errors: kCorrupt, kTruncated, kUnsupported for what can't be walked.
#pragma once

#include <functional>

#include "elfwheel/base/bytes.h"

namespace elfwheel::repair {

using HeaderVisitor = std::function<void(Bytes header)>;

// rpmdb.sqlite: Fedora 33, RHEL 9 and their kin. What stands in a write-ahead log alone is not
// seen: rpm moves it into the database whenever it is done.
void visit_sqlite_headers(Bytes database, const HeaderVisitor& body);
// Packages.db ("ndb"): openSUSE.
void visit_ndb_headers(Bytes database, const HeaderVisitor& body);
// Packages (a hash of Berkeley DB): RHEL up to 8, CentOS 7, Amazon Linux 2 and their kin.
void visit_bdb_headers(Bytes database, const HeaderVisitor& body);

}  // namespace elfwheel::repair

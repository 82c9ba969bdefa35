/* A libtvm.so of which two releases are about. Functions are registered in the library: what one
   copy knows, another one does not. */
#include <string.h>

static char registered[64];

const char* TVMGetVersion(void) { return VERSION; }
void TVMFuncRegisterGlobal(const char* name) { strncpy(registered, name, sizeof registered - 1); }
int TVMFuncGetGlobal(const char* name) { return strcmp(registered, name) == 0; }

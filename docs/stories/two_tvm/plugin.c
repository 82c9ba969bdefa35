/* A plug-in that was built against another libtvm.so than the package's. */
extern const char* TVMGetVersion(void);
extern void TVMFuncRegisterGlobal(const char* name);

const char* plugin_version(void) { return TVMGetVersion(); }
void plugin_init(void) { TVMFuncRegisterGlobal("plugin.run"); }

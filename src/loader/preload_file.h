// The lists of libraries to load first: LD_PRELOAD and /etc/ld.so.preload.
//
// Source: glibc 2.36 elf/rtld.c `handle_preload_list`, `dl_main`; musl 1.2.3 ldso/dynlink.c
// `load_preload`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elfwheel::loader {

// The non-empty words of `text` between any of `separators`.
std::vector<std::string> split_words(std::string_view text, std::string_view separators);

// The libraries that glibc takes from the contents of /etc/ld.so.preload. It means to take out
// comments ("#" to the end of the line), but its search for the next "#" always starts at the top
// of the file with less and less of it to look at, so that words of later comments are taken too.
std::vector<std::string> parse_preload_file(std::string text);

}  // namespace elfwheel::loader

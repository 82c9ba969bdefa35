// Lexical path work: no file system is asked. Symlinks make "a/.." differ from ".", so the loader
// rooms never normalise what the loader would not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace elfwheel {

// Without "." and empty parts, "x/.." folded; absolute stays absolute, ".." above "/" vanishes,
// leading ".." of a relative path stays. "" and "." become ".".
std::string normalize_path(std::string_view path);

// `directory` + "/" + `name`, without a second slash; `name` alone when directory is empty.
std::string join_path(std::string_view directory, std::string_view name);

// What follows the last slash; the whole without one.
std::string_view base_name(std::string_view path);

// What precedes the last slash: "" without one, "/" for "/x".
std::string_view directory_name(std::string_view path);

// The relative path that leads from directory `from` to `to`, both absolute or both relative to
// one place and normal: relative_path("/a/b", "/a/c/d") = "../c/d"; "." when equal.
std::string relative_path(std::string_view from, std::string_view to);

// True when `path` is `directory` or lies below it; both normal.
bool is_within(std::string_view path, std::string_view directory);

// Parts between `separator`s, empty ones included; split("") is one empty part.
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace elfwheel

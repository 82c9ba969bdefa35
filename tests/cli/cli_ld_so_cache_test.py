"""`elfwheel lddtree` and a cache that ldconfig wrote, beside the real loader that reads the same.

Both run in a mount namespace in which that cache lies over /etc/ld.so.cache.
"""

import json
import shlex
from pathlib import Path

from support.checkout import elfwheel, run

NAME = "libcached.so.1"
# What ldconfig before glibc 2.37 indexes below a directory, beside glibc-hwcaps.
LEGACY = ["x86_64", "haswell", "avx512_1", "tls", "haswell/x86_64", "haswell/avx512_1",
          "tls/haswell", "tls/x86_64", "tls/haswell/avx512_1/x86_64"]
LEVELS = ["glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4"]


def with_cache(cache: Path, *command) -> str:
    words = " ".join(shlex.quote(str(word)) for word in command)
    return run("unshare", "--mount", "--map-root-user", "sh", "-c",
               f"mount --bind {shlex.quote(str(cache))} /etc/ld.so.cache && exec {words}").stdout


def real_path(cache: Path, program: Path) -> str:
    traced = with_cache(cache, "env", "LD_TRACE_LOADED_OBJECTS=1", program)
    return next(line.split(" => ")[1].rsplit(" (", 1)[0] for line in traced.splitlines()
                if NAME in line)


def our_path(cache: Path, program: Path) -> str:
    answer = json.loads(with_cache(cache, elfwheel(), "lddtree", "--json", program))
    library = answer["libs"][NAME]
    assert library["found_by"] == "cache"
    return library["path"]


def take_away_one_by_one(compile_c, directory, subdirectories):
    """Paths that the loader gave, the file of each being removed before the next was asked for."""
    libraries = directory / "lib"
    first = compile_c(libraries / NAME, "int x(void) { return 0; }\n", f"-Wl,-soname,{NAME}")
    for subdirectory in subdirectories:
        place = libraries / subdirectory
        place.mkdir(parents=True, exist_ok=True)
        (place / NAME).write_bytes(first.read_bytes())
    program = compile_c(directory / "app", "int x(void); int main(void) { return x(); }\n",
                        f"-L{libraries}", f"-l:{NAME}")
    (directory / "conf").write_text(f"{libraries}\n")
    cache, taken = directory / "cache", []
    while not taken or taken[-1] != str(first):
        run("/sbin/ldconfig", "-X", "-C", cache, "-f", directory / "conf")
        taken.append(real_path(cache, program))
        assert our_path(cache, program) == taken[-1]
        if taken[-1] != str(first):
            Path(taken[-1]).unlink()
    return taken


def test_legacy_subdirectories_come_out_of_the_cache_as_they_do_for_the_loader(compile_c, tmp_path):
    taken = take_away_one_by_one(compile_c, tmp_path, LEGACY)
    assert len(set(taken)) == len(taken)


def test_levels_come_out_of_the_cache_as_they_do_for_the_loader(compile_c, tmp_path):
    taken = take_away_one_by_one(compile_c, tmp_path, [*LEVELS, "x86_64"])
    assert len(set(taken)) == len(taken)

# What the stories about wheels share, read by their story.sh after story_words.sh, with `root` set: the
# tools that tools/setup installed, and how their output is shown.
cache=$(cd "$root" && realpath "${ELFWHEEL_CACHE:-build}")
python=$cache/venvs/tools/bin/python
[ -x "$python" ] || { echo "needs auditwheel and pip: run tools/setup test" >&2; exit 2; }
export ELFWHEEL=$elfwheel ELFWHEEL_CACHE=$cache PYTHONPATH=$root/tests
export PATH=$cache/venvs/tools/bin:$PATH

# tidy: without the work directory; and what tools/setup made of PyPI's CUDA runtime is shown as the
# toolkit that it stands for.
tidy() {
  sed -E "s#$work/##g; s#$cache/fixtures/cuda-[0-9.]+/lib64#/opt/cuda/lib64#g;
    s#$cache/wheels/##g; s#/[^ ]*/cyfes-[^/]+/venv#.venv#g"
}

# show_last COMMAND WORD...: of its many lines the last one says it.
show_last() {
  typed "$@"
  status=0
  "$@" >shown 2>&1 || status=$?
  tail -n 1 shown | tidy
  [ $status = 0 ] || echo "(exit status $status)"
  echo
}

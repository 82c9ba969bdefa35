# What the stories share, read by their story.sh with `here` set: a work directory that goes when the
# story ends, and how a command is shown.
elfwheel=${ELFWHEEL:-elfwheel}
command -v "$elfwheel" >/dev/null || { echo "elfwheel is not in PATH; set ELFWHEEL" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# show COMMAND WORD...: the command, what it prints without what differs from run to run, its status.
show() {
  printf '$ %s\n' "$*" | sed "s#$elfwheel#elfwheel#"
  status=0
  "$@" >shown 2>&1 || status=$?
  sed "s#$work/##g; s#build id [0-9a-f]*#build id ...#; s#, [0-9]* bytes at .*##" shown
  [ $status = 0 ] || echo "(exit status $status)"
  echo
}

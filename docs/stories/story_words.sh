# What the stories share, read by their story.sh with `here` set: a work directory that goes when the
# story ends, and how a command is shown.
elfwheel=$(command -v "${ELFWHEEL:-elfwheel}") ||
  { echo "elfwheel is not in PATH; set ELFWHEEL" >&2; exit 2; }
elfwheel=$(realpath "$elfwheel")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# tidy: what is printed, without what differs from run to run.
tidy() { sed "s#$work/##g; s#build id [0-9a-f]*#build id ...#; s#, [0-9]* bytes at .*##"; }

# typed WORD...: a command as one types it.
typed() {
  line='$'
  for word in "$@"; do
    case $word in
      "$elfwheel") word=elfwheel ;;
      *[*?\ ]*) word="'$word'" ;;
    esac
    line="$line $word"
  done
  printf '%s\n' "$line" | tidy
}

# show COMMAND WORD...: the command, what it prints, its status.
show() {
  typed "$@"
  status=0
  "$@" >shown 2>&1 || status=$?
  tidy <shown
  [ $status = 0 ] || echo "(exit status $status)"
  echo
}

#!/bin/sh
# `import` fails. What the message means, and which command explains it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../story_words.sh"
. "$here/words.sh"

for part in files symbols versions process python musl; do
  . "$here/$part.sh"
done

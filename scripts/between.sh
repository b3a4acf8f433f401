#!/bin/bash
# between.sh FILE NAME: puts standard input between the lines "<!-- NAME: begin -->" and "<!-- NAME: end -->" of a document.
# Without both of them the document stays as it is.
set -euo pipefail
file=$1 begin="<!-- $2: begin -->" end="<!-- $2: end -->"
grep -qxF -- "$begin" "$file" && grep -qxF -- "$end" "$file" || { echo "$file has no lines '$begin' and '$end'" >&2; exit 1; }
TEXT=$(cat) awk -v b="$begin" -v e="$end" '
    $0 == b { print; print ""; print ENVIRON["TEXT"]; print ""; skip = 1 }
    $0 == e { skip = 0 } !skip' "$file" >"$file.new" && mv "$file.new" "$file"

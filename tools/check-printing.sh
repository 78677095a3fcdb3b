#!/bin/sh
# The program prints through src/app/say.h alone, where control characters of the data are shown as escapes.
# check-printing.sh [FOLDER]: of another tree.
set -eu
export LC_ALL=C
cd "${1:-.}"
found=$(grep -rnE '(^|[^A-Za-z0-9_])(f?printf|v?dprintf|vf?printf|f?puts|f?putc|putchar|perror) *\(' src --include='*.c' --include='*.h' |
    grep -v '^src/app/say\.[ch]:' | grep -v '__attribute__' || true)
[ -z "$found" ] && exit 0
echo "$found" | sed 's/$/   <- prints by itself: say() of src\/app\/say.h does it, and shows what a terminal would obey/'
exit 1

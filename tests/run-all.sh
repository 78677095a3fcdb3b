#!/bin/sh
# Everything, as `make test` and CI run it. Closes with "N passed, N failed[, N skipped]".
. "$(dirname "$0")/parts.sh"
sh tools/setup.sh test || exit 1
c_files=$(find src tests tools -name node_modules -prune -o -name '*.[ch]' -print | sort)

part gates sh tools/gates.sh
part gate-tests sh tests/gates/run.sh
part build release all
part build-sanitized sanitized unit-tests fuzz-programs "$san/merlon"
part units sh tests/with-postgres.sh sh tests/run-units.sh "$logs/units" $(programs unit)
part corpus sh tests/run-corpus.sh $(programs fuzz)
for tool in clang cppcheck tidy; do part lint-$tool sh tools/lint.sh $tool $c_files; done
! has_tests ui || part ui sh tests/folder.sh ui -
if has_tests tests/api; then
    part api-sqlite sh tests/folder.sh tests/api "$PWD/$san/merlon"
    part api-postgresql sh tests/with-postgres.sh sh tests/folder.sh tests/api "$PWD/$san/merlon"
fi
for folder in tests/*/; do
    name=$(basename "$folder")
    case $name in unit | fuzz | gates | api | bench) continue ;; esac
    ! has_tests "tests/$name" || part "$name" sh tests/with-postgres.sh sh tests/folder.sh "tests/$name" "$PWD/$build/merlon"
done
finish

#!/bin/sh
# Everything, as `make test` and CI run it. Closes with "N passed, N failed[, N skipped]".
. "$(dirname "$0")/parts.sh"
sh tools/setup.sh test || exit 1
on_both() { # folder, program
    part "${1#tests/}-sqlite" sh tests/folder.sh "$@"
    part "${1#tests/}-postgresql" sh tests/with-postgres.sh sh tests/folder.sh "$@"
}
c_files=$(find src tests tools -name node_modules -prune -o -name '*.[ch]' -print | sort)

part gates sh tools/gates.sh
part gate-tests sh tests/gates/run.sh
part build release all
part build-sanitized sanitized unit-tests fuzz-programs "$san/merlon"
part units sh tests/with-postgres.sh sh tests/run-units.sh "$logs/units" $(programs unit)
part corpus sh tests/run-corpus.sh $(programs fuzz)
for tool in clang cppcheck tidy; do part lint-$tool sh tools/lint.sh $tool $c_files; done
! has_tests ui || part ui sh tests/folder.sh ui -
# The program with the sanitizers where replies are tested, as it is shipped where time and people matter.
for folder in tests/*/; do
    folder=${folder%/}
    has_tests "$folder" || continue
    case $folder in
    tests/gates | tests/bench | tests/mutants) ;;
    tests/api) on_both "$folder" "$PWD/$san/merlon" ;;
    tests/crash) on_both "$folder" "$PWD/$build/merlon" ;;
    tests/cli) part cli sh tests/with-postgres.sh sh tests/folder.sh "$folder" "$PWD/$build/merlon" ;;
    *) part "${folder#tests/}" sh tests/folder.sh "$folder" "$PWD/$build/merlon" ;;
    esac
done
finish

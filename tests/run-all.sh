#!/bin/sh
# Everything, as `make test` and CI run it. Closes with "N passed, N failed[, N skipped]".
. "$(dirname "$0")/parts.sh"
sh tools/setup.sh test || exit 1
on() { # database, folder, program
    postgresql='sh tests/with-postgres.sh'
    [ "$1" = postgresql ] || postgresql=''
    part "${2#tests/}-$1" $postgresql sh tests/folder.sh "$2" "$3"
}
c_files=$(find src tests tools -name node_modules -prune -o -name '*.[ch]' -print | sort)

part gates sh tools/gates.sh
part gate-tests sh tests/gates/run.sh
part build release all
part build-sanitized sanitized unit-tests fuzz-programs "$san/merlon"
# Linters take what the tests leave of the processors while they wait.
{
    part lint-clang nice -n 19 sh tools/lint.sh clang $(printf '%s\n' $c_files | grep -v '^src/.*\.c$') # tidy does these
    for tool in cppcheck tidy; do part lint-$tool nice -n 19 sh tools/lint.sh $tool $c_files; done
    ! has_tests ui || part ui nice -n 19 sh tests/folder.sh ui -
} &
linters=$!
part units sh tests/with-postgres.sh sh tests/run-units.sh "$logs/units" $(programs unit)
part corpus sh tests/run-corpus.sh $(programs fuzz)
# The program with the sanitizers where replies are tested first, as it is shipped where time, people and the other
# database matter. Tests of a server wait as much as they work, so the databases are tested beside each other.
{
    on sqlite tests/api "$PWD/$san/merlon"
    on sqlite tests/crash "$PWD/$build/merlon"
    part cli sh tests/with-postgres.sh sh tests/folder.sh tests/cli "$PWD/$build/merlon"
} &
first=$!
{
    on postgresql tests/api "$PWD/$build/merlon"
    on postgresql tests/crash "$PWD/$build/merlon"
} &
second=$!
wait $first $second
for folder in tests/*/; do
    folder=${folder%/}
    case $folder in
    tests/gates | tests/bench | tests/mutants | tests/api | tests/crash | tests/cli) ;;
    *) ! has_tests "$folder" || part "${folder#tests/}" sh tests/folder.sh "$folder" "$PWD/$build/merlon" ;;
    esac
done
wait $linters
finish

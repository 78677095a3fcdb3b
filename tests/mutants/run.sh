#!/bin/sh
# A mutation run: MUTANTS=100 SEED=1 run.sh. Of the mutants of the files below (or of FILES), as many as asked for in the
# seed's order are tried with what `make check` runs, each until a test fails, two beside each other. What is known of a
# mutant stays in build/mutants/SEED.results, so that a run that was stopped goes on; AGAIN=survived tries the survivors
# anew, AGAIN=all everything. Closes with "N of M killed" and the survivors.
#
# All objects are linked into one library, so that a mutant costs one compiler call and one link. They are compiled
# without sanitizers, which would kill some more. Not counted: what does not compile, what gives the same object code, and
# what equivalent.txt names with the reason why no test can tell it from the original.
set -eu
cd "$(dirname "$0")/../.."
here=tests/mutants
work=build/mutants
mutants=${MUTANTS:-100} seed=${SEED:-1}
results=$work/$seed.results
records='rights independence move write change draft cursor asof list list_parse list_sql'
guarded=${FILES:-"$(printf 'src/records/%s.c ' $records) src/access/*.c src/ledger/*.c src/registers/*/*.c src/format/*_out.c
    src/store/sqlite_writer.c src/store/db.c src/api/visit.c src/api/serve.c"}
suites='isolation beside contract hostile frameworks job languages golden'
export PATH="$PWD/build/node/node_modules/.bin:$PATH"
flags() { echo "$(make -s print-flags | sed 's/-O2 -g//; s/-fPIE//; s/ -W[a-zA-Z0-9=-]*//g') -O1 -fPIC -w"; }

# ---- building: every object once, one library for each lane, the test programs and the program against it ----

compile() { # sources
    printf '%s\n' "$@" | while read -r source; do
        object=$work/objects/${source%.c}.o
        [ "$object" -nt "$source" ] && [ "$object" -nt $work/flags ] || echo "$source"
    done | xargs -r -P 2 -I{} sh -c 'mkdir -p "$1/objects/$(dirname {})" && o={} &&
        ${CC:-gcc} $(cat "$1/flags") -c {} -o "$1/objects/${o%.c}.o"' sh $work
}
libraries=$(make -s print-libraries)
build() {
    mkdir -p $work/lane1 $work/lane2 $work/tests $work/objects
    flags >$work/flags.new
    if ! cmp -s $work/flags.new $work/flags || [ -n "$(find src tests/unit -name '*.h' -newer $work/flags)" ]; then
        cp $work/flags.new $work/flags # newer than every object: all are compiled again
    fi
    make -s UI=no build/generated/assets.c build/generated/asset_bytes.o build/generated/register_list.c
    compile $(find src tests/unit build/generated -name '*.c')
    objects=$(find src build/generated -name '*.c' | sort | sed "s|^|$work/objects/|; s|c$|o|")
    link_library $work/lane1 && cp $work/lane1/libmerlon.so $work/lane2/
    ${CC:-gcc} -o $work/merlon -Wl,--no-as-needed -L$work/lane1 -lmerlon -pthread
    make -s print-leaning >$work/leaning
    make -s print-helpers | sed "s| build/| $work/objects/|g" >$work/helpers
    for folder in tests/unit/*; do
        helpers=$(sed -n "s|^$folder/ ||p" $work/helpers)
        for test in "$folder"/*_test.c; do
            program=$work/tests/${folder##*/}_$(basename "$test" .c)
            own="$work/objects/${test%.c}.o $helpers"
            [ -e "$program" ] && [ -z "$(find $own -newer "$program")" ] ||
                ${CC:-gcc} -o "$program" $own -L$work/lane1 -lmerlon $libraries -lcmocka -pthread
        done
    done
    (cd tests/api && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --loglevel=error; }) >&2
    ${CC:-gcc} -std=c17 -O1 $here/mutate.c -D_GNU_SOURCE -o $work/mutate
}
link_library() { # folder, the object that is replaced, what replaces it
    ${CC:-gcc} -shared -o "$1/libmerlon.so" $(echo "$objects" | grep -vx "${2:-none}") ${3:-} build/generated/asset_bytes.o \
        $libraries -pthread 2>"$1/link.log"
}

# ---- running one test in a lane: the name of a unit program, of a suite of the API, or "collide" on PostgreSQL ----

run_test() { # lane, test
    export LD_LIBRARY_PATH="$PWD/$1"
    most=$(awk -v test="$2" '$1 == test { most = 6 * $2 / 1000 } END { print int(120 + most) }' $work/baseline)
    case $2 in
    api_*) (cd tests/api && MERLON_BIN="$OLDPWD/$work/merlon" timeout $most node_modules/.bin/tsx run.ts "${2#api_}") ;;
    postgres_*) MERLON_TEST_DATABASE=$MUTANTS_DATABASE timeout $most "$work/tests/${2#postgres_}" ;;
    *) timeout $most "$work/tests/$2" ;;
    esac >"$1/test.log" 2>&1 </dev/null
}
# Which tests hold when nothing is changed, and for how long each runs: the quick ones go first.
baseline() {
    touch $work/baseline
    for test in $(cd $work/tests && ls) postgres_app_collide_test $(printf 'api_%s ' $suites); do
        ! grep -q "^$test " $work/baseline || continue
        began=$(date +%s%N)
        if run_test $work/lane1 "$test"; then
            echo "$test $((($(date +%s%N) - began) / 1000000))" >>$work/baseline
        else
            echo "left out, it fails without any change: $test" >&2
        fi
    done
}
# Of the rooms that lean on this one, and the API: quick ones first, and sooner what is of the room itself or has killed
# mutants of this file before.
tests_for() { # file
    room=$(echo "$1" | cut -d/ -f2)
    leaning=$(sed -n "s/^$room //p" $work/leaning | tr ' ' '|')
    awk -F'\t' -v file="$1" -v room="$room" -v leaning="^(api|postgres|$leaning)_" '
        FILENAME == ARGV[1] { if ($1 == "killed" && $3 == file) kills[$2]++; next }
        { split($0, w, " ") }
        w[1] ~ leaning { print w[2] / (w[1] ~ "^" room "_" ? 3 : 1) / (1 + 4 * kills[w[1]]), w[1] }
        ' "$results" $work/baseline | sort -n | cut -d' ' -f2
}

# ---- one mutant ----

try() { # lane, name, file, from, length, by
    lane=$work/lane$1 name=$2 file=$3
    ! grep -q "^$name " $here/equivalent.txt || { echo 'equivalent	by hand' && return; }
    object=$work/objects/${file%.c}.o
    mkdir -p "$lane/$(dirname "$file")"
    $work/mutate apply "$file" "$4" "$5" "$6" >"$lane/$file"
    ${CC:-gcc} $(cat $work/flags) -iquote "$(dirname "$file")" -c "$lane/$file" -o "$lane/mutant.o" 2>"$lane/cc.log" || {
        echo 'invalid	compiler' && return
    }
    cmp -s "$object" "$lane/mutant.o" && { echo 'equivalent	same code' && return; }
    link_library "$lane" "$object" "$lane/mutant.o" || { echo 'invalid	linker' && return; }
    for test in $(tests_for "$file"); do
        status=0
        run_test "$lane" "$test" || status=$?
        [ $status -ne 124 ] || test="$test (it never ended)"
        [ $status -eq 0 ] || { echo "killed	$test" && return; }
    done
    echo 'survived	-'
}
lane() { # its number: every second mutant, until its share is reached
    counted=0
    awk -v lane="$1" 'NR % 2 == lane % 2' $work/candidates | while IFS='	' read -r _ name file line from len kind was by; do
        [ $counted -lt $(((mutants + 2 - $1) / 2)) ] || break
        known=$(awk -F'\t' -v name="$name" '$4 == name { print $1 }' "$results" | tail -n 1)
        if [ -z "$known" ]; then
            verdict=$(try "$1" "$name" "$file" "$from" "$len" "$by")
            known=${verdict%%	*}
            printf '%s\t%s\t%s\t%s: %s: %s => %s\n' "$verdict" "$file" "$name" "$line" "$kind" "$was" "$by" >>"$results"
        fi
        case $known in killed | survived) counted=$((counted + 1)) && echo "$name" >>$work/counted ;; esac
    done
}

[ -n "${MUTANTS_DATABASE:-}" ] || exec sh tests/with-postgres.sh sh -c \
    'MUTANTS_DATABASE=$MERLON_TEST_DATABASE && unset MERLON_TEST_DATABASE && export MUTANTS_DATABASE && exec sh "$0"' $here/run.sh
build
touch "$results"
case ${AGAIN:-} in all) : >"$results" && rm -f $work/baseline ;; ?*) grep -v "^$AGAIN" "$results" >"$results.new" || : && mv "$results.new" "$results" ;; esac
baseline
$work/mutate list "$seed" $guarded | sort >$work/candidates
: >$work/counted
lane 1 & lane 2 & wait
awk -F'\t' 'FNR == NR { counted[$1] = 1; next }
    counted[$4] { all++; if ($1 == "killed") killed++; else print "survived " $4 " " $3 ":" $5 }
    END { printf "%d of %d killed\n", killed, all }' $work/counted "$results"

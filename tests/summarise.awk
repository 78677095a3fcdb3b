# Reads what a test program printed and closes with "N passed, N failed[, N skipped]". It understands TAP (cmocka with
# CMOCKA_MESSAGE_OUTPUT=TAP, nested or not), the totals of node's own runner, and a closing line that is there already.
# -v status=N is the exit status of the program: a program that died, or ran fewer tests than it announced, has failed.
function finish_plan() { if (planned > seen) lost += planned - seen; planned = 0; seen = 0 }
/^1\.\.[0-9]+/ { finish_plan(); planned = substr($0, 4) + 0; next }
/^(not )?ok [0-9]+ # SKIP/ { seen++; skipped++; sub(/.*# SKIP */, ""); names = names "skipped: " $0 "\n"; next }
/^ok [0-9]+/ { seen++; passed++; next }
/^not ok [0-9]+/ { seen++; failed++; next }
/^(#|ℹ) pass [0-9]+$/ { node_passed += $3; node = 1; next }
/^(#|ℹ) (fail|cancelled) [0-9]+$/ { node_failed += $3; next }
/^(#|ℹ) (skipped|todo) [0-9]+$/ { node_skipped += $3; next }
/^skipped: / { names = names $0 "\n"; next }
/^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
    sub(/^[A-Za-z]+: /, "")
    said_passed += $1; said_failed += $3; said_skipped += $5; said = 1
}
END {
    finish_plan()
    if (node) { passed = node_passed; failed = node_failed; skipped = node_skipped }
    if (said) { passed = said_passed; failed = said_failed; skipped = said_skipped; lost = 0 }
    failed += lost
    if (status + 0 != 0 && failed == 0) failed = 1
    printf "%s%d passed, %d failed", names, passed, failed
    if (skipped) printf ", %d skipped", skipped
    printf "\n"
    exit failed > 0
}

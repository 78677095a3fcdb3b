# A witness is asked also where nothing is signed yet, and what it knows is told before anything else.
given="--organisation Quay --name Ada --email ada@quay.example --password-file $work/password"
data=$work/own
works init --data "$work/w2" $given
works init --data "$data" $given
cp -a "$data" "$work/own.old"
works ledger keys --data "$data"
{ grep '^log ' "$work/out" && echo 'quorum none'; } >"$work/w2.logs"
start_server --data "$work/w2" --witness-logs "$work/w2.logs" --log-level error
works ledger keys "$work/w2"
grep '^witness ' "$work/out" | sed "s|NAME|w2|; s|\$| $address/witness|" >"$work/w2.line"
{ cat "$work/w2.line" && echo 'quorum w2'; } >"$work/own.policy"
asks='--ask --policy'

# Who has cosigned nothing of it knows nothing newer.
works verify "$work/own.old" $asks "$work/own.policy"
says '1 of 1 witness was asked now and knows nothing newer.'

# The server of the original seals, and has it cosigned.
"$merlon" serve --data "$data" --listen 127.0.0.1:0 --witness-policy "$work/own.policy" --witness-every 1 >"$work/own.out" 2>"$work/own.err" &
logging=$!
cosigned() { sqlite3 "$data/merlon.db" 'SELECT coalesce(max(size), 0) FROM ledger_cosignature'; }
until [ "$(cosigned)" -gt 0 ] || ! kill -0 $logging; do sleep 0.05; done
cp "$data/master.key" "$work/own.key"
kill $logging && wait $logging
size=$(cosigned)
works verify "$data" $asks "$work/own.policy"
refuses 1 "has cosigned a head over $size entries, but only 0 are here" verify "$work/own.old" $asks "$work/own.policy"
yes 'nothing there is right' [ "$(grep -c 'Everything is right' "$work/out")" -eq 0 ]
rm "$work/own.old/master.key"
refuses 1 'only with the master key can a question be signed' verify "$work/own.old" $asks "$work/own.policy"
yes 'which is said to be no answer' grep -q '^heads from elsewhere *NOT ASKED: ' "$work/out"
refuses 1 "but only 0 are here" verify "$work/own.old" $asks "$work/own.policy" --master-key "$work/own.key"

# A quorum that is not reached is less grave than a witness that knows more.
cp -a "$data" "$work/own.back"
cp "$work/w2.line" "$work/strict.policy"
echo "witness w3 $("$merlon" ledger keys --data "$data" | sed -n 's/^witness NAME //p')" >>"$work/strict.policy"
printf 'group both all w2 w3\nquorum both\n' >>"$work/strict.policy"
works verify "$data" $asks "$work/own.policy"
refuses 1 'The quorum of the policy is reached for none' verify "$data" $asks "$work/strict.policy"
"$merlon" serve --data "$data" --listen 127.0.0.1:0 --witness-policy "$work/own.policy" --witness-every 1 >"$work/own.out" 2>"$work/own.err" &
logging=$!
printf 'title\nCoil ropes\n' >"$work/own.csv"
until grep -q 'answers on' "$work/own.out" || ! kill -0 $logging; do sleep 0.05; done
works import task "$work/own.csv" --data "$data"
until [ "$(cosigned)" -gt "$size" ] || ! kill -0 $logging; do sleep 0.05; done
kill $logging && wait $logging
newer=$(cosigned)
refuses 1 "has cosigned a head over $newer entries" verify "$work/own.back" $asks "$work/strict.policy"
stop_server
refuses 1 'The quorum of the policy is reached for none' verify "$data" $asks "$work/strict.policy"
yes 'and who did not answer is told beside it' grep -q "$address" "$work/out"

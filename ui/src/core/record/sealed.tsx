// Whether an entry of the ledger stands in its tree, and whether the program wrote it as it stands. One of a moment ago
// soon is in the tree; one that somebody put in or changed by hand never will be.
import { useWords } from '../labels';
import { ToneBadge } from '../ui/status';

interface Sealable {
  at: string;
  sealed: boolean;
  foreign: boolean;
}

const FRESH = 60_000; // ms; an entry is sealed within a second
const AGAIN = 2_000;

const age = (entry: Sealable, now: number) => Math.abs(now - Date.parse(entry.at));

/** How often a list is asked again: until what was written just now has its place, or is too old for that. */
export function untilSealed(entries: Sealable[]): number | false {
  const now = Date.now();
  return entries.some((entry) => !entry.sealed && !entry.foreign && age(entry, now) < FRESH + 2 * AGAIN) && AGAIN;
}

/** `now`: when the list was read. */
export function Unsealed({ entry, now }: { entry: Sealable; now: number }) {
  const words = useWords();
  if (entry.foreign) return <ToneBadge tone="bad">{words.t('ui.ledger.foreign')}</ToneBadge>;
  if (entry.sealed) return null;
  const fresh = age(entry, now) < FRESH;
  return (
    <ToneBadge tone={fresh ? 'neutral' : 'warning'}>
      {words.t(fresh ? 'ui.ledger.sealing' : 'ui.ledger.unsealed')}
    </ToneBadge>
  );
}

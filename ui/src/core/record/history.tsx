// What happened to a record, newest first, as differences that can be read.
import { Anchor, Button, Skeleton, Stack, Text, Timeline } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useHistory } from '../data';
import { FieldValue } from '../fields/value';
import { formatTime } from '../format';
import { useWords } from '../labels';
import { fieldOf } from '../schema';
import { useReadsLedger } from '../session';
import type { Change, HistoryItem, Register } from '../types';
import { Guided } from '../ui/guide';
import { Missed } from '../ui/trouble';
import { fieldOfColumn } from '../list/state';
import { Status } from '../ui/status';
import { Proof, pathOfEntry } from './proof';
import { Unsealed } from './sealed';

interface LineProps {
  register: Register;
  change: Change;
  /** Of a record that was not there before: there is no old value to cross out. */
  fresh?: boolean;
  /** Users by number, as far as they are known. */
  users?: Map<number, string>;
}

export function ChangeLine({ register, change, fresh, users }: LineProps) {
  const words = useWords();
  const field = fieldOf(register, change.field) ?? fieldOfColumn(register, change.field);
  const draw = (value: unknown) => {
    if (change.field === 'status' && typeof value === 'string')
      return <Status register={register.name} status={value} />;
    if (field?.by_user && typeof value === 'number' && users?.has(value)) return users.get(value);
    // Whole, since one comes here to get back what was written before.
    if (field?.kind === 'prose' && value) return String(value);
    if (field) return <FieldValue register={register} field={field} value={value} brief />;
    return value === null || value === undefined ? '–' : JSON.stringify(value);
  };
  return (
    <div className="change">
      <span className="change-field">{words.field(register.name, field ?? change.field)}</span>
      <span className="change-values wrap">
        {!fresh && <del className="change-before">{draw(change.before)}</del>}
        {!fresh && <span aria-hidden>→</span>}
        {fresh ? <span>{draw(change.after)}</span> : <ins className="change-after">{draw(change.after)}</ins>}
      </span>
    </div>
  );
}

/** Where the entry stands in the ledger, and its proof, for whoever reads the ledger. */
function InLedger({ entry, onProof }: { entry: number; onProof: (entry: number) => void }) {
  const words = useWords();
  const name = words.t('ui.history.entry', { entry: String(entry) });
  if (!useReadsLedger()) return <>{name}</>;
  return (
    <>
      <Anchor component={Link} to={pathOfEntry(entry)} size="xs" underline="always">
        {name}
      </Anchor>
      {' · '}
      <Anchor
        component="button"
        type="button"
        size="xs"
        underline="always"
        onClick={() => onProof(entry)}
        aria-label={words.t('ui.ledger.proof', { entry: String(entry) })}
      >
        {words.t('ui.ledger.proof.head')}
      </Anchor>
    </>
  );
}

/** What it said, or what was before it, is not there: for whom that is right, and for whom it is an alarm. */
function Gone({ item }: { item: HistoryItem }) {
  const words = useWords();
  if (item.purged)
    return (
      <Text size="sm" mb={6} c="dimmed">
        {words.t('ui.history.purged')}
      </Text>
    );
  if (!item.missing && !item.before_missing) return null;
  return (
    <Text size="sm" mb={6}>
      <Guided text={words.t(item.missing ? 'ui.history.missing' : 'ui.history.beforemissing')} />
    </Text>
  );
}

export function History({ register, id }: { register: Register; id: number }) {
  const words = useWords();
  const [proof, setProof] = useState<number | null>(null);
  const history = useHistory(register.name, id);
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = history;
  if (history.error && !data) return <Missed of={history} />;
  if (!data) return <Skeleton height={160} />;
  const items = data.pages.flatMap((page) => page.items);
  const users = new Map(items.flatMap((item) => (item.actor ? [[item.actor.id, item.actor.name]] : [])));
  return (
    <>
      <Timeline bulletSize={10} lineWidth={1} active={-1}>
        {items.map((item) => (
          <Timeline.Item
            key={item.entry}
            title={
              <Text size="sm">
                <strong>{item.actor?.name ?? words.t('ui.history.system')}</strong>
                {' · '}
                {words.label(`action.${item.action}`)}
              </Text>
            }
          >
            <Text size="xs" c="dimmed" mb={6}>
              <time dateTime={item.at}>{formatTime(item.at, words.language)}</time>
              {' · '}
              <InLedger entry={item.entry} onProof={setProof} /> <Unsealed entry={item} now={history.dataUpdatedAt} />
            </Text>
            {item.comment && (
              <Text size="sm" mb={6} className="comment wrap">
                {item.comment}
              </Text>
            )}
            <Gone item={item} />
            <Stack gap={4}>
              {item.changes.map((change) => (
                <ChangeLine
                  key={change.field}
                  register={register}
                  change={change}
                  fresh={item.version === 1}
                  users={users}
                />
              ))}
            </Stack>
          </Timeline.Item>
        ))}
      </Timeline>
      <Missed of={history} />
      {hasNextPage && (
        <Button variant="default" mt="sm" onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
          {words.t('ui.history.more')}
        </Button>
      )}
      {proof !== null && <Proof entry={proof} onClose={() => setProof(null)} />}
    </>
  );
}

// What somebody is about to decide, in full: who asked for it, what has changed since it was last decided, and the
// content itself, of which the hash goes with the decision.
import { Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api';
import { formatTime } from '../format';
import { useWords } from '../labels';
import { fieldOf, useRegister } from '../schema';
import type { Change, Decision, DecisionPart, NextStep, Rec, Register } from '../types';
import { Missed } from '../ui/trouble';
import { isEmpty } from '../values';
import { ChangeLine } from './history';

/** Read anew each time: what was shown a minute ago is not what is decided now. */
export function useDecision(register: string, record: Rec, step: NextStep) {
  const { language } = useWords();
  return useQuery({
    queryKey: ['data', 'decision', register, record.id, record.version, step.name, language],
    queryFn: () => api<Decision>(`/${register}/${record.id}/decisions/${step.name}`),
    enabled: step.decision,
    staleTime: 0,
  });
}

/** What stands on every record: behind what this one says, or not at all. */
const common = ['unit', 'owner', 'tags', 'custom'];
const kept = ['status', 'created_at', 'changed_at'];

/** All that a record says, as lines; what is empty is left out, and so is what only the program keeps of it. */
function wholeOf(register: Register, record: Record<string, unknown>): Change[] {
  const lines = Object.entries(record)
    .filter(([name, value]) => fieldOf(register, name) && !kept.includes(name) && !isEmpty(value))
    .map(([field, after]) => ({ field, before: null, after }));
  const own = lines.filter((line) => !common.includes(line.field));
  return [...own, ...lines.filter((line) => common.includes(line.field))];
}

interface LinesProps {
  register: Register;
  changes: Change[];
  fresh?: boolean;
  /** By number, who asked and who decided before. */
  users?: Map<number, string>;
}

function Lines({ register, changes, fresh, users }: LinesProps) {
  return (
    <div>
      {changes.map((change) => (
        <ChangeLine key={change.field} register={register} change={change} fresh={fresh} users={users} />
      ))}
    </div>
  );
}

function Parts({ name, parts, fresh }: { name: string; parts: DecisionPart[]; fresh?: boolean }) {
  const words = useWords();
  const register = useRegister(name);
  if (!register) return null;
  return (
    <>
      {parts.map((part) => (
        <div key={part.id}>
          <Text size="sm" fw={600} mt="xs">
            {part.title ?? part.reference}
          </Text>
          <Lines register={register} changes={part.changes} fresh={fresh} />
        </div>
      ))}
      {!parts.length && <Text size="sm">{words.t('ui.decision.nothing')}</Text>}
    </>
  );
}

function Whole({
  register,
  decision,
  users,
}: {
  register: Register;
  decision: Decision;
  users: Map<number, string>;
}) {
  const parts = useRegister(register.parts ?? '');
  const { record, parts: rows } = decision.content;
  return (
    <>
      <Lines register={register} changes={wholeOf(register, record)} fresh users={users} />
      {parts && (
        <Parts
          name={parts.name}
          parts={rows.map((row) => ({
            id: row.id,
            reference: row.reference,
            title: String(row[parts.title_field] ?? row.reference),
            changes: wholeOf(parts, row).filter((line) => line.field !== parts.title_field),
          }))}
          fresh
        />
      )}
    </>
  );
}

export function DecisionView({ register, asked }: { register: Register; asked: ReturnType<typeof useDecision> }) {
  const words = useWords();
  const decision = asked.data;
  if (asked.error) return <Missed of={asked} />;
  if (!decision) return <Skeleton height={160} />;
  const users = new Map(
    [decision.asked, decision.since].flatMap((one) => (one ? [[one.actor.id, one.actor.name] as const] : [])),
  );
  const when = (moment: NonNullable<Decision['asked']>) => ({
    name: moment.actor.name,
    at: formatTime(moment.at, words.language),
  });
  return (
    <Stack gap="xs" className="decision">
      <Text size="sm">
        {decision.asked && words.t('ui.decision.asked', when(decision.asked))}{' '}
        {decision.since ? words.t('ui.decision.since', when(decision.since)) : words.t('ui.decision.first')}
      </Text>
      {decision.since && (
        <section aria-label={words.t('ui.decision.changes')}>
          <Text size="sm" fw={600}>
            {words.t('ui.decision.changes')}
          </Text>
          <Lines register={register} changes={decision.changes} users={users} />
          {decision.withheld && <Text size="sm">{words.t('ui.decision.withheld')}</Text>}
          {register.parts && <Parts name={register.parts} parts={decision.parts} />}
        </section>
      )}
      <details open={!decision.since || decision.withheld}>
        <summary>{words.t('ui.decision.whole')}</summary>
        <Whole register={register} decision={decision} users={users} />
      </details>
      <Text size="xs" c="dimmed" className="wrap">
        {words.t('ui.decision.hash', { hash: decision.sha256 })}
      </Text>
    </Stack>
  );
}

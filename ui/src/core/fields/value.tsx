// How the value of a field is read, in a list's cell or on a record's page.
import { Badge, Code, Group, Skeleton } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { Suspense, useContext, type ReactNode } from 'react';
import { formatDate, formatNumber, formatTime } from '../format';
import { useWords, type Words } from '../labels';
import { scaleStep, useMethod, type Method } from '../method';
import type { Field, Register } from '../types';
import { Prose } from '../ui/prose';
import { RefList } from '../ui/reference';
import { LevelBadge } from '../ui/level';
import { briefText, isEmpty, isRef, nameOf, refsOf } from '../values';
import { DataFields } from './data';

interface ValueProps {
  register: Register;
  field: Field;
  value: unknown;
  /** In a list: one line, no formatting. */
  brief?: boolean;
}

const BRIEF = 160;
const shortened = (text: string) => (text.length > BRIEF ? `${text.slice(0, BRIEF).trimEnd()}…` : text);

/** Ends behind one of its parts, not within a word. */
function shortenedData(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= BRIEF) return text;
  return `${text.slice(0, text.lastIndexOf(',', BRIEF) + 1 || BRIEF)} …`;
}

function brieflyListed(value: unknown[]): string {
  return value.map((item) => (isRef(item) ? item.identifier || nameOf(item) : String(item))).join(', ');
}

function scaleText(field: Field, value: unknown, method: Method | undefined): string {
  const step = typeof value === 'number' ? scaleStep(method, field.scale, value) : undefined;
  return step ? `${String(value)} · ${step}` : String(value);
}

function ratingsText(value: unknown, words: Words, method: Method | undefined): string {
  return Object.entries(value as Record<string, number>)
    .map(([name, step]) => {
      const criterion = method?.criteria.find((item) => item.name === name);
      return `${criterion?.title ?? words.label(`criterion.${name}`)} ${step}`;
    })
    .join(' · ');
}

/** A user, as `expand` names them; in a history it is only their number that is known. */
function userName(value: unknown): string {
  const named = typeof value === 'object' ? (value as { title?: string | null }).title : undefined;
  return named ?? `#${typeof value === 'number' ? value : (value as { id: number }).id}`;
}

function DataValue({ register, field, value, brief }: ValueProps) {
  const View = useContext(DataFields)[`${register.name}.${field.name}`]?.view;
  if (brief) return <>{shortenedData(value)}</>;
  if (!View) return <Code block>{JSON.stringify(value, null, 2)}</Code>;
  return (
    <Suspense fallback={<Skeleton height={120} />}>
      <View value={value} />
    </Suspense>
  );
}

const DRAW: Partial<
  Record<Field['kind'], (props: ValueProps, words: Words, method: Method | undefined) => ReactNode>
> = {
  prose: ({ value, brief }) => (brief ? shortened(briefText(String(value))) : <Prose text={String(value)} />),
  number: ({ field, value }, words) =>
    field.by_user ? userName(value) : <span className="number">{formatNumber(Number(value), words.language)}</span>,
  decimal: ({ value }, words) => <span className="number">{formatNumber(Number(value), words.language)}</span>,
  boolean: ({ value }, words) => (
    <Group gap={4} component="span" display="inline-flex">
      {value ? <IconCheck size={15} aria-hidden /> : <IconMinus size={15} aria-hidden />}
      {words.t(value ? 'ui.yes' : 'ui.no')}
    </Group>
  ),
  scale: ({ field, value }, _, method) => scaleText(field, value, method),
  ratings: ({ value }, words, method) => ratingsText(value, words, method),
  date: ({ value }, words) => <time dateTime={String(value)}>{formatDate(String(value), words.language)}</time>,
  time: ({ value }, words) => <time dateTime={String(value)}>{formatTime(String(value), words.language)}</time>,
  text: ({ field, value }, _, method) => {
    const level = field.name.endsWith('level') ? method?.levels.find((item) => item.name === value) : undefined;
    return level ? <LevelBadge level={level} /> : String(value);
  },
  choice: ({ register, field, value }, words) => words.choice(register.name, field.name, String(value)),
  choices: ({ register, field, value }, words) =>
    (value as string[]).map((choice) => words.choice(register.name, field.name, choice)).join(', '),
  link: ({ field, value, brief }) =>
    brief && refsOf(value).length ? brieflyListed(refsOf(value)) : <RefList value={value} register={field.target} />,
  links: ({ field, value, brief }) =>
    brief && refsOf(value).length ? (
      brieflyListed(value as unknown[])
    ) : (
      <RefList value={value} register={field.target} />
    ),
  record: ({ value, brief }) => (brief ? brieflyListed([value]) : <RefList value={value} />),
  records: ({ value, brief }) => (brief ? brieflyListed(value as unknown[]) : <RefList value={value} />),
  tags: ({ value, brief }) => (
    <Group gap={4} component="span" display="inline-flex" wrap={brief ? 'nowrap' : 'wrap'}>
      {(value as unknown[]).map((tag) => (
        <Badge key={String(tag)} size="sm" tt="none" fw={500}>
          {String(tag)}
        </Badge>
      ))}
    </Group>
  ),
  data: (props) => <DataValue {...props} />,
};

export function FieldValue(props: ValueProps) {
  const words = useWords();
  const method = useMethod();
  const { field, value } = props;
  if (isEmpty(value))
    return (
      <span className="quiet" aria-label={words.t('ui.nothing')}>
        –
      </span>
    );
  return <>{DRAW[field.kind]?.(props, words, method) ?? String(value)}</>;
}

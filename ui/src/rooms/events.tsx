// Security events: who signed in or was turned away, what was read out, which keys were used.
import {
  Anchor,
  Autocomplete,
  Button,
  Group,
  Menu,
  MultiSelect,
  Select,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconDownload, IconFilterOff, IconShieldSearch } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Problem, api } from '../core/api';
import { formatMoment } from '../core/format';
import { useWords, type UiKey, type Words } from '../core/labels';
import type { Page, Tone } from '../core/types';
import { useDownload } from '../core/ui/download';
import { Empty } from '../core/ui/empty';
import { Guided } from '../core/ui/guide';
import { Heads } from '../core/ui/heads';
import { ToneBadge } from '../core/ui/status';
import { useTitle } from '../core/ui/title';
import { Trouble } from '../core/ui/trouble';
import { pathOf } from '../core/values';

interface SecurityEvent {
  id: number;
  at: string;
  kind: string;
  outcome: string;
  actor: { id: number; name: string } | null;
  account: string | null;
  address: string | null;
  request: string | null;
  subject: string | null;
  record: number | null;
  reference: string | null;
  /** Whom it is about, or for whom a token was made, as the ledger says. */
  user: { id: number; name: string | null; email: string | null } | null;
  detail: string | null;
  count: number;
  node: string;
}

interface EventPage {
  items: SecurityEvent[];
  next: string | null;
}

const OUTCOMES = ['allowed', 'refused', 'failed'];
const TONES: Record<string, Tone> = { allowed: 'neutral', refused: 'warning', failed: 'bad' };
const FILTERS = ['kind', 'outcome', 'who', 'actor', 'address', 'record', 'from', 'to'] as const;
type FilterName = (typeof FILTERS)[number];

interface State {
  query: Record<string, string>;
  value: (name: FilterName) => string;
  /** And lets another one go, where the two would say the same of different rows. */
  set: (name: FilterName, value: string | null, instead?: FilterName) => void;
  clear: () => void;
  active: boolean;
}

/** The filters stand in the address of the page, so that they can be sent to somebody. */
function useFilters(): State {
  const [parameters, setParameters] = useSearchParams();
  const query: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = parameters.get(name);
    if (value) query[name] = value;
  }
  return {
    query,
    value: (name) => parameters.get(name) ?? '',
    set: (name, value, instead) =>
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          if (instead) next.delete(instead);
          return next;
        },
        { replace: true },
      ),
    clear: () => setParameters(new URLSearchParams(), { replace: true }),
    active: Object.keys(query).length > 0,
  };
}

interface Person {
  id: number;
  name: string;
}

const nameOf = (people: Person[], id: number | null) => people.find((person) => person.id === id)?.name;

function usePeople(): Person[] {
  const { data } = useQuery({
    queryKey: ['data', 'event-people'],
    queryFn: () =>
      api<Page<Person & Record<string, unknown>>>('/users', { query: { limit: 500 } }).then((page) => page.items),
    staleTime: 60_000,
  });
  return (data ?? []) as unknown as Person[];
}

interface FilterTextProps {
  name: FilterName;
  label: string;
  hint: string;
  /** What it looks like when it is written to its end. */
  whole: RegExp;
  state: State;
}

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*[\da-f:])$/i;
const REFERENCE = /^[a-z]+-\d+$/i;
const PAUSE = 400; // ms

/** Filters when one stops typing, once it can be what is looked for: a part of it would find nothing, or be refused. */
function FilterText({ name, label, hint, whole, state }: FilterTextProps) {
  const [text, setText] = useState(state.value(name));
  const [from, setFrom] = useState(state.value(name));
  if (from !== state.value(name)) {
    setFrom(state.value(name));
    setText(state.value(name));
  }
  const awaited = useRef<string | null>(null); // none once it is finished: what is cleared meanwhile stays clear
  const finish = () => {
    awaited.current = null;
    if (text.trim() !== from) state.set(name, text.trim());
  };
  const settle = useDebouncedCallback((next: string) => {
    if (awaited.current === next && (!next || whole.test(next))) state.set(name, next);
  }, PAUSE);
  return (
    <TextInput
      label={label}
      placeholder={hint}
      value={text}
      onChange={(event) => {
        awaited.current = event.currentTarget.value.trim();
        setText(event.currentTarget.value);
        settle(awaited.current);
      }}
      onBlur={finish}
      onKeyDown={(event) => event.key === 'Enter' && finish()}
    />
  );
}

/** A name or an e-mail address, or a part of one: also what was tried in vain is found by it. */
function FilterWho({ state, people }: { state: State; people: Person[] }) {
  const words = useWords();
  const chosen = state.value('who') || (nameOf(people, Number(state.value('actor'))) ?? state.value('actor'));
  const [text, setText] = useState(chosen);
  const [from, setFrom] = useState(chosen);
  if (from !== chosen) {
    setFrom(chosen);
    setText(chosen);
  }
  const finish = (next: string) => next.trim() !== chosen && state.set('who', next.trim(), 'actor');
  return (
    <Autocomplete
      className="event-who"
      label={words.t('ui.events.who')}
      placeholder={words.t('ui.events.who.hint')}
      data={[...new Set(people.map((person) => person.name))]}
      value={text}
      onChange={setText}
      onOptionSubmit={finish}
      onBlur={() => finish(text)}
      onKeyDown={(event) => event.key === 'Enter' && finish(text)}
      limit={8}
    />
  );
}

function Filters({ state, people }: { state: State; people: Person[] }) {
  const words = useWords();
  const kinds = words
    .namesOf('ui.event.')
    .map((kind) => ({ value: kind, label: words.label(`ui.event.${kind}`) }))
    .sort((a, b) => a.label.localeCompare(b.label, words.language));
  const day = (name: 'from' | 'to', label: UiKey) => (
    <DateInput
      label={words.t(label)}
      value={state.value(name).slice(0, 10) || null}
      onChange={(next) => state.set(name, next)}
      placeholder={words.t('ui.filter.any')}
      valueFormat={words.t('ui.date.format')}
      clearable
    />
  );
  return (
    <div className="event-filters" role="group" aria-label={words.t('ui.filter.title')}>
      <MultiSelect
        className="event-kinds"
        label={words.t('ui.events.kind')}
        data={kinds}
        value={state.value('kind').split(',').filter(Boolean)}
        onChange={(next) => state.set('kind', next.join(','))}
        placeholder={state.value('kind') ? undefined : words.t('ui.filter.any')}
        searchable
      />
      <Select
        label={words.t('ui.events.outcome')}
        data={OUTCOMES.map((outcome) => ({ value: outcome, label: words.label(`ui.events.${outcome}`) }))}
        value={state.value('outcome') || null}
        onChange={(next) => state.set('outcome', next)}
        placeholder={words.t('ui.filter.any')}
        clearable
      />
      <FilterWho state={state} people={people} />
      <FilterText
        name="address"
        label={words.t('ui.events.address')}
        hint={words.t('ui.filter.any')}
        whole={ADDRESS}
        state={state}
      />
      <FilterText
        name="record"
        label={words.t('ui.events.record')}
        hint={words.t('ui.events.record.hint')}
        whole={REFERENCE}
        state={state}
      />
      {day('from', 'ui.filter.from')}
      {day('to', 'ui.filter.to')}
    </div>
  );
}

function Export({ state }: { state: State }) {
  const words = useWords();
  const link = useDownload();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={15} />}>
          {words.t('ui.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['csv', 'json'] as const).map((format) => (
          <Menu.Item
            key={format}
            component="a"
            {...link('/security-events/export', { ...state.query, format }, `security-events.${format}`)}
          >
            {words.t(`ui.export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Whatever narrows the list to itself when it is chosen. */
function Narrow({
  name,
  value,
  state,
  only,
  children,
}: {
  name: 'actor' | 'address';
  value: string;
  state: State;
  /** What the list is narrowed to, where that is not all that is shown. */
  only?: string;
  children: string;
}) {
  const words = useWords();
  return (
    <Anchor
      component="button"
      type="button"
      size="sm"
      onClick={() => state.set(name, value, name === 'actor' ? 'who' : undefined)}
      title={words.t('ui.events.only', { value: only ?? children })}
    >
      {children}
    </Anchor>
  );
}

function Who({ event, state }: { event: SecurityEvent; state: State }) {
  const words = useWords();
  if (event.actor) {
    const { id, name } = event.actor;
    // Who stumbles on an alteration did not make it.
    return (
      <Narrow name="actor" value={String(id)} state={state} only={name}>
        {event.kind === 'alarm' ? words.t('ui.events.noticed', { name }) : name}
      </Narrow>
    );
  }
  if (event.account && event.subject !== 'user') {
    return (
      <span className="quiet" title={words.t('ui.events.account.help')}>
        {words.t('ui.events.account', { account: event.account.slice(0, 8) })}
      </span>
    );
  }
  return <span className="quiet">{words.t(event.address ? 'ui.events.nobody' : 'ui.events.program')}</span>;
}

function About({ event }: { event: SecurityEvent }) {
  const words = useWords();
  if (!event.subject) return null;
  if (event.reference) {
    return (
      <Anchor component={Link} to={pathOf(event.subject, event.reference)} size="sm">
        {event.reference}
      </Anchor>
    );
  }
  if (event.user && event.subject === 'user') {
    const { id, name, email } = event.user;
    const who = [words.t('ui.events.user', { id: String(id) }), name, email].filter(Boolean).join(', ');
    return (
      <Anchor component={Link} to="/settings/users" size="sm" className="wrap">
        {who}
      </Anchor>
    );
  }
  const subject = words.subject(event.subject, !event.record);
  return <>{[subject, event.record].filter(Boolean).join(' ')}</>;
}

/** What the program noted in the words of its log, as the reader says it; what has no pattern is shown as it is. */
function told(event: SecurityEvent, detail: string, words: Words): string {
  const after = (pattern: RegExp) => pattern.exec(detail)?.slice(1);
  const refused = event.kind === 'refused' && after(/^(\d+) ([^:]+): (.+)$/);
  if (refused) {
    const [status, why, request] = refused;
    return `${status} ${words.label(`ui.events.why.${why?.replaceAll(' ', '_')}`, why)}: ${request}`;
  }
  const seconds = after(/^(\d+) seconds$/)?.[0];
  if (seconds) return words.t('ui.events.locked', { n: Number(seconds) });
  const user = after(/^for user (\d+)$/)?.[0];
  if (user) return words.t('ui.events.for', { name: event.user?.name ?? user });
  if (event.kind === 'key_used' || event.kind === 'key_opened') return `merlon ${detail}`;
  if (event.kind === 'key_rotated') return words.t('ui.events.key', { key: detail });
  if (event.kind === 'events_swept')
    return words.t('ui.events.swept', { before: formatMoment(detail, words.language) });
  return words.label(`ui.events.how.${detail.replaceAll(' ', '_')}`, detail);
}

/** What is to be done about an alarm. */
function Advice({ event }: { event: SecurityEvent }) {
  const words = useWords();
  const { user } = event;
  const own = user && words.t('ui.alarms.do.user', { email: user.email ?? 'ADDRESS' });
  return (
    <Text size="xs" mt={4} className="wrap">
      <Guided text={[words.t('ui.alarms.do'), own, words.t('ui.alarms.do.guide')].filter(Boolean).join(' ')} />
    </Text>
  );
}

const HEADS = [
  'ui.ledger.at',
  'ui.events.event',
  'ui.events.who',
  'ui.events.address',
  'ui.events.record',
  'ui.events.detail',
] as const;

function Rows({ events, state }: { events: SecurityEvent[]; state: State }) {
  const words = useWords();
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.events.title')}>
      <table className="list stacks">
        <Heads names={HEADS.map((key) => words.t(key))} />
        <tbody>
          {events.map((event) => (
            <tr key={event.id} className="row">
              <td>
                <time dateTime={event.at} title={event.at} className="number">
                  {formatMoment(event.at, words.language)}
                </time>
              </td>
              <td style={{ maxWidth: 'none' }}>
                <ToneBadge tone={TONES[event.outcome] ?? 'neutral'}>
                  {words.label(`ui.event.${event.kind}`)}
                </ToneBadge>
                {event.count > 1 && (
                  <span className="number quiet"> × {event.count.toLocaleString(words.language)}</span>
                )}
              </td>
              <td className={event.kind === 'alarm' ? 'wrap' : 'clip'}>
                <Who event={event} state={state} />
              </td>
              <td className="wrap">
                {event.address && (
                  <Narrow name="address" value={event.address} state={state}>
                    {event.address}
                  </Narrow>
                )}
              </td>
              <td className={event.user ? 'wrap' : 'clip'}>
                <About event={event} />
              </td>
              <td className="wrap" style={{ minWidth: 90, maxWidth: 340 }}>
                {event.detail && <span className="quiet">{told(event, event.detail, words)}</span>}
                {event.kind === 'alarm' && <Advice event={event} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function EventsPage() {
  const words = useWords();
  const state = useFilters();
  const people = usePeople();
  useTitle(words.t('ui.events.title'));
  const list = useInfiniteQuery({
    queryKey: ['data', 'security-events', state.query, words.language], // alarms are sentences
    queryFn: ({ pageParam }) =>
      api<EventPage>('/security-events', {
        query: { ...state.query, limit: 100, cursor: pageParam },
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  // Who may not read them at all has nothing to filter, to export or to try again.
  if (list.error instanceof Problem && list.error.status === 403) return <Trouble whole error={list.error} />;
  return (
    <div className="page" style={{ maxWidth: 1400 }}>
      <div className="page-head">
        <Title order={1}>{words.t('ui.events.title')}</Title>
        {state.active && events.length > 0 && (
          <Button variant="subtle" leftSection={<IconFilterOff size={15} />} onClick={state.clear}>
            {words.t('ui.filter.clear')}
          </Button>
        )}
        <Export state={state} />
      </div>
      <Text size="sm" c="dimmed" mb="md" maw={760}>
        {words.t('ui.events.text')}
      </Text>
      <Filters state={state} people={people} />
      {list.error && <Trouble error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && events.length === 0 && (
        <Empty icon={IconShieldSearch} title={words.t('ui.events.none')} text={words.t('ui.events.none.text')}>
          {state.active && (
            <Button variant="default" leftSection={<IconFilterOff size={15} />} onClick={state.clear}>
              {words.t('ui.filter.clear')}
            </Button>
          )}
        </Empty>
      )}
      {events.length > 0 && (
        <section className="surface section">
          <Rows events={events} state={state} />
          {list.hasNextPage && (
            <Group mt="sm">
              <Button variant="default" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
                {words.t('ui.events.more')}
              </Button>
            </Group>
          )}
        </section>
      )}
    </div>
  );
}

// The ledger: what was written, the signed head over it, and how anybody checks both without trusting us.
import { Anchor, Button, Code, Group, List, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api, send } from '../core/api';
import { formatTime } from '../core/format';
import { useWords } from '../core/labels';
import { POLICY, Proof, usePolicy } from '../core/record/proof';
import { Unsealed, untilSealed } from '../core/record/sealed';
import { fieldOf, useRegister } from '../core/schema';
import { Copy } from '../core/ui/copy';
import { useDownload } from '../core/ui/download';
import { Heads } from '../core/ui/heads';
import { useTitle } from '../core/ui/title';
import { Missed } from '../core/ui/trouble';
import { briefText, pathOf } from '../core/values';
import { LedgerState } from './ledger-state';

interface LedgerHead {
  size: number;
  root: string;
  at: number;
  key_id: string;
  signature: string;
}

/** Of what the caller may not see, only that it was written is told. */
interface Entry {
  entry: number;
  at: string;
  /** It stands in the tree. */
  sealed: boolean;
  foreign: boolean;
  visible: boolean;
  actor?: { id: number; name: string };
  action?: string;
  register?: string;
  reference?: string | null;
  title?: string | null;
  comment?: string;
}

function Fact({ name, children }: { name: 'size' | 'at' | 'root' | 'signature' | 'key_id'; children: ReactNode }) {
  const words = useWords();
  return (
    <div className="property">
      <dt>{words.t(`ui.ledger.${name}`)}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Head() {
  const words = useWords();
  const link = useDownload();
  const head = useQuery({ queryKey: ['data', 'ledger-head'], queryFn: () => api<LedgerHead>('/ledger/head') });
  const key = useQuery({
    queryKey: ['data', 'ledger-key'],
    queryFn: () => send('/ledger/key').then((answer) => answer.text()),
  });
  const policy = usePolicy();
  const hash = (text: string) => <span className="hash wrap">{text}</span>;
  return (
    <section className="surface section">
      <Group gap={8} mb="sm">
        {/* That there is one says nothing of whether all is well: no tick. */}
        <IconCertificate size={20} color="var(--mantine-color-dimmed)" aria-hidden />
        <h2>{words.t('ui.ledger.head')}</h2>
      </Group>
      <Missed of={[head, key, policy]} />
      {head.data && (
        <dl className="properties properties-side">
          <Fact name="size">{head.data.size.toLocaleString(words.language)}</Fact>
          <Fact name="at">{formatTime(new Date(head.data.at).toISOString(), words.language)}</Fact>
          <Fact name="root">{hash(head.data.root)}</Fact>
          <Fact name="signature">{hash(head.data.signature)}</Fact>
          <Fact name="key_id">{hash(head.data.key_id)}</Fact>
        </dl>
      )}
      {key.data && (
        <>
          <h3 style={{ margin: '16px 0 8px' }}>{words.t('ui.ledger.publickey')}</h3>
          <Code block className="wrap" tabIndex={0}>
            {key.data.trim()}
          </Code>
          <Anchor size="sm" {...link('/ledger/key', undefined, 'merlon.pem')}>
            {words.t('ui.download')}
          </Anchor>
        </>
      )}
      {policy.data && (
        <>
          <h3 style={{ margin: '16px 0 8px' }}>{words.t('ui.ledger.policy')}</h3>
          <Text size="xs" c="dimmed" mb={8}>
            {words.t('ui.ledger.policy.text')}
          </Text>
          <Code block className="wrap" tabIndex={0}>
            {policy.data.trim()}
          </Code>
          <Group gap="sm">
            <Anchor size="sm" {...link('/ledger/policy', undefined, POLICY)}>
              {words.t('ui.ledger.policy.download', { name: POLICY })}
            </Anchor>
            <Copy text={policy.data} />
          </Group>
        </>
      )}
    </section>
  );
}

const COMMAND = 'merlon verify DIR';

function Verify() {
  const words = useWords();
  return (
    <section className="surface section">
      <h2>{words.t('ui.ledger.verify')}</h2>
      <List size="sm" type="ordered" mt="sm" spacing={6}>
        <List.Item>{words.t('ui.ledger.verify.hash')}</List.Item>
        <List.Item>{words.t('ui.ledger.verify.sign')}</List.Item>
        <List.Item>{words.t('ui.ledger.verify.proof')}</List.Item>
        <List.Item>
          {words.t('ui.ledger.verify.offline')}
          <Group gap={6} mt={4}>
            <Code>{COMMAND}</Code>
            <Copy text={COMMAND} />
          </Group>
        </List.Item>
      </List>
    </section>
  );
}

/** From the newer to the older. */
interface Line {
  first: Entry;
  last: Entry;
}

const covers = (line: Line, entry: number | null) =>
  entry !== null && line.last.entry <= entry && entry <= line.first.entry;

const isAlike = (a: Entry, b: Entry) => a.sealed === b.sealed && a.foreign === b.foreign;

/** Entries one after the other that are not the reader's to see are one line. */
function gathered(entries: Entry[]): Line[] {
  const lines: Line[] = [];
  for (const entry of entries) {
    const line = lines.at(-1);
    if (line && !line.first.visible && !entry.visible && isAlike(line.last, entry)) line.last = entry;
    else lines.push({ first: entry, last: entry });
  }
  return lines;
}

const HEADS = [
  'ui.ledger.entry',
  'ui.ledger.at',
  'ui.ledger.who',
  'ui.ledger.what',
  'ui.ledger.subject',
  'ui.ledger.proof.head',
] as const;

/** Which entry the address of the page asks for. */
function useAsked(): [number | null, (entry: number | null) => void] {
  const [parameters, setParameters] = useSearchParams();
  const asked = Number(parameters.get('entry'));
  const ask = (entry: number | null) => setParameters(entry ? { entry: String(entry) } : {});
  return [Number.isSafeInteger(asked) && asked > 0 ? asked : null, ask];
}

function Jump({ asked, ask }: { asked: number | null; ask: (entry: number | null) => void }) {
  const words = useWords();
  const [text, setText] = useState('');
  const entry = Number(text);
  const fits = Number.isSafeInteger(entry) && entry > 0;
  return (
    <form
      className="ledger-jump"
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) ask(entry);
      }}
    >
      <TextInput
        size="xs"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.currentTarget.value.replace(/\D/g, ''))}
        aria-label={words.t('ui.ledger.jump.number')}
        placeholder={words.t('ui.ledger.jump.number')}
      />
      <Button size="xs" variant="default" type="submit" disabled={!fits}>
        {words.t('ui.ledger.jump')}
      </Button>
      {asked !== null && (
        <Button size="xs" variant="subtle" onClick={() => ask(null)}>
          {words.t('ui.ledger.newest')}
        </Button>
      )}
    </form>
  );
}

function Subject({ entry }: { entry: Entry }) {
  const words = useWords();
  const register = useRegister(entry.register);
  if (!entry.register) return null;
  if (!entry.reference) return <>{words.subject(entry.register)}</>;
  const formatted = register && fieldOf(register, register.title_field)?.kind === 'prose';
  return (
    <Anchor component={Link} to={pathOf(entry.register, entry.reference)} size="sm">
      <span className="reference">{entry.reference}</span> {formatted ? briefText(entry.title ?? '') : entry.title}
    </Anchor>
  );
}

interface RowProps {
  line: Line;
  asked: number | null;
  /** When it was read. */
  now: number;
  onProof: (entry: number) => void;
}

function Row({ line, asked, now, onProof }: RowProps) {
  const words = useWords();
  const row = useRef<HTMLTableRowElement>(null);
  const { first: entry, last } = line;
  const isAsked = covers(line, asked);
  useEffect(() => {
    if (isAsked) row.current?.scrollIntoView({ block: 'center' });
  }, [isAsked]);
  return (
    <tr ref={row} className="row" aria-current={isAsked || undefined}>
      <td className="ledger-number">
        <span className="number">{entry === last ? entry.entry : `${last.entry} – ${entry.entry}`}</span>
        <Unsealed entry={entry} now={now} />
      </td>
      <td>
        <time dateTime={entry.at}>{formatTime(entry.at, words.language)}</time>
      </td>
      <td className="wrap">{entry.actor?.name ?? <span className="quiet">{words.t('ui.ledger.hidden')}</span>}</td>
      <td>{entry.action && words.label(`action.${entry.action}`)}</td>
      <td className="wrap ledger-subject">
        <Subject entry={entry} />
      </td>
      <td>
        {entry.action && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => onProof(entry.entry)}
            aria-label={`${words.t('ui.ledger.proof.show')} ${entry.entry}`}
          >
            {words.t('ui.ledger.proof.show')}
          </Button>
        )}
      </td>
    </tr>
  );
}

interface EntryPage {
  items: Entry[];
  next: string | null;
}

const PAGE = 50;
/** Where of the newest entries hardly any is the reader's to see, older ones are looked at by themselves: so many at a
 * time, until there are enough to read, or it was done so often. */
const FAR = 250;
const ENOUGH = 10;
const OFTEN = 5;

const countVisible = (pages: EntryPage[]) =>
  pages.reduce((sum, page) => sum + page.items.filter((entry) => entry.visible).length, 0);

function useEntries(asked: number | null) {
  const list = useInfiniteQuery({
    queryKey: ['data', 'ledger', asked],
    queryFn: ({ pageParam }) => api<EntryPage>('/ledger', { query: pageParam }),
    // Three newer ones stand above the entry that is asked for.
    initialPageParam: { limit: PAGE, cursor: asked ? String(asked + 4) : '' },
    getNextPageParam: (page, pages) =>
      page.next ? { limit: countVisible(pages) < ENOUGH ? FAR : PAGE, cursor: page.next } : undefined,
    refetchInterval: ({ state }) => untilSealed(state.data?.pages.flatMap((page) => page.items) ?? []),
  });
  const { data, error, hasNextPage, isFetching, fetchNextPage } = list;
  const pages = data?.pages ?? [];
  const looksOn = asked === null && !error && hasNextPage && pages.length <= OFTEN && countVisible(pages) < ENOUGH;
  useEffect(() => {
    if (looksOn && !isFetching) void fetchNextPage();
  }, [looksOn, isFetching, fetchNextPage]);
  const entries = pages.flatMap((page) => page.items);
  return { list, entries, isHidden: entries.length > 0 && !looksOn && !entries.some((entry) => entry.visible) };
}

function Entries() {
  const words = useWords();
  const [proof, setProof] = useState<number | null>(null);
  const [asked, ask] = useAsked();
  const { list, entries, isHidden } = useEntries(asked);
  const lines = gathered(entries);
  const isMissing = asked !== null && list.isSuccess && !lines.some((line) => covers(line, asked));
  return (
    <section className="surface section">
      <div className="ledger-head">
        <h2>{words.t('ui.ledger.entries')}</h2>
        <Jump key={asked} asked={asked} ask={ask} />
      </div>
      <Missed of={list} />
      {isMissing && (
        <Text size="sm" mb="sm" role="status">
          {words.t('ui.ledger.jump.none', { entry: String(asked) })}
        </Text>
      )}
      {isHidden && asked === null && (
        <Text size="sm" mb="sm" role="status">
          {words.t('ui.ledger.allhidden', { n: entries.length })}
        </Text>
      )}
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.ledger.entries')}>
        <table className="list stacks">
          <Heads names={HEADS.map((key) => words.t(key))} />
          <tbody>
            {lines.map((line) => (
              <Row key={line.first.entry} line={line} asked={asked} now={list.dataUpdatedAt} onProof={setProof} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <Button variant="default" mt="sm" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
          {words.t('ui.ledger.more')}
        </Button>
      )}
      {proof !== null && <Proof entry={proof} onClose={() => setProof(null)} />}
    </section>
  );
}

export function AssurancePage() {
  const words = useWords();
  useTitle(words.t('ui.assurance.title'));
  return (
    <div className="page" style={{ maxWidth: 1200 }}>
      <div className="page-head">
        <Title order={1}>{words.t('ui.assurance.title')}</Title>
      </div>
      <Text size="sm" c="dimmed" mb="md" maw={760}>
        {words.t('ui.ledger.text')}
      </Text>
      <div className="home" style={{ marginBottom: 16 }}>
        <div className="ledger-side">
          <LedgerState />
          <Verify />
        </div>
        <Head />
      </div>
      <Stack>
        <Entries />
      </Stack>
    </div>
  );
}

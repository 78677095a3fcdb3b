// The ledger: what was written, the signed head over it, and how anybody checks both without trusting us.
import { Anchor, Button, Code, CopyButton, Group, List, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconRosetteDiscountCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { Problem, ROOT, api, send } from '../core/api';
import { formatTime } from '../core/format';
import { useWords } from '../core/labels';
import { Dialog } from '../core/ui/dialog';
import { Heads } from '../core/ui/heads';
import { useTitle } from '../core/ui/title';
import { Trouble } from '../core/ui/trouble';
import { pathOf } from '../core/values';

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
  const head = useQuery({ queryKey: ['data', 'ledger-head'], queryFn: () => api<LedgerHead>('/ledger/head') });
  const key = useQuery({
    queryKey: ['data', 'ledger-key'],
    queryFn: () => send('/ledger/key').then((answer) => answer.text()),
  });
  const hash = (text: string) => <span className="hash wrap">{text}</span>;
  return (
    <section className="surface section">
      <Group gap={8} mb="sm">
        <IconRosetteDiscountCheck size={20} color="var(--tone-good)" aria-hidden />
        <h2>{words.t('ui.ledger.head')}</h2>
      </Group>
      {head.error && <Trouble error={head.error} />}
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
          <Anchor size="sm" href={`${ROOT}/ledger/key`} download="merlon.pem">
            {words.t('ui.download')}
          </Anchor>
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
            <CopyButton value={COMMAND}>
              {({ copied, copy }) => (
                <Button size="compact-xs" variant="subtle" leftSection={<IconCopy size={13} />} onClick={copy}>
                  {words.t(copied ? 'ui.tokens.copied' : 'ui.tokens.copy')}
                </Button>
              )}
            </CopyButton>
          </Group>
        </List.Item>
      </List>
    </section>
  );
}

/** With what was decided, where one may see it: without it a proof shows only that there was an entry. */
async function proofOf(entry: number): Promise<{ path: string; proof: unknown }> {
  const path = `/ledger/proof/${entry}`;
  const whole = `${path}?content=1`;
  try {
    return { path: whole, proof: await api<unknown>(whole) };
  } catch (trouble) {
    if (!(trouble instanceof Problem) || ![403, 404].includes(trouble.status)) throw trouble;
    return { path, proof: await api<unknown>(path) };
  }
}

function Proof({ entry, onClose }: { entry: number; onClose: () => void }) {
  const words = useWords();
  const { data, error } = useQuery({
    queryKey: ['data', 'proof', entry],
    queryFn: () => proofOf(entry),
    // An entry of a moment ago is sealed within seconds.
    retry: (count, trouble) => trouble instanceof Problem && trouble.status === 409 && count < 8,
    retryDelay: 1000,
  });
  return (
    <Dialog opened onClose={onClose} size="xl" title={words.t('ui.ledger.proof', { entry: String(entry) })}>
      <Text size="sm" mb="sm">
        {words.t('ui.ledger.proof.text')}
      </Text>
      {error && <Trouble error={error} />}
      {!data && !error && <Skeleton height={160} />}
      {data !== undefined && (
        <Code block className="wrap" tabIndex={0}>
          {JSON.stringify(data.proof, null, 2)}
        </Code>
      )}
      <Group justify="flex-end" mt="md">
        <Button
          component="a"
          variant="default"
          href={`${ROOT}${data?.path ?? `/ledger/proof/${entry}`}`}
          download={`proof-${entry}.json`}
        >
          {words.t('ui.download')}
        </Button>
      </Group>
    </Dialog>
  );
}

/** Entries one after the other that are not the reader's to see are one line. */
function gathered(entries: Entry[]): { first: Entry; last: Entry }[] {
  const lines: { first: Entry; last: Entry }[] = [];
  for (const entry of entries) {
    const line = lines.at(-1);
    if (line && !line.first.visible && !entry.visible) line.last = entry;
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

function Entries() {
  const words = useWords();
  const [proof, setProof] = useState<number | null>(null);
  const list = useInfiniteQuery({
    queryKey: ['data', 'ledger'],
    queryFn: ({ pageParam }) =>
      api<{ items: Entry[]; next: string | null }>('/ledger', { query: { limit: 50, cursor: pageParam } }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="surface section">
      <h2>{words.t('ui.ledger.entries')}</h2>
      {list.error && <Trouble error={list.error} />}
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.ledger.entries')}>
        <table className="list stacks">
          <Heads names={HEADS.map((key) => words.t(key))} />
          <tbody>
            {gathered(entries).map(({ first: entry, last }) => (
              <tr key={entry.entry} className="row">
                <td className="number">{entry === last ? entry.entry : `${last.entry} – ${entry.entry}`}</td>
                <td>
                  <time dateTime={entry.at}>{formatTime(entry.at, words.language)}</time>
                </td>
                <td>{entry.actor?.name ?? <span className="quiet">{words.t('ui.ledger.hidden')}</span>}</td>
                <td>{entry.action && words.label(`action.${entry.action}`)}</td>
                <td className="wrap" style={{ whiteSpace: 'normal', minWidth: 180, maxWidth: 420 }}>
                  {entry.register && entry.reference ? (
                    <Anchor component={Link} to={pathOf(entry.register, entry.reference)} size="sm">
                      <span className="reference">{entry.reference}</span> {entry.title}
                    </Anchor>
                  ) : (
                    entry.register && words.subject(entry.register)
                  )}
                </td>
                <td>
                  {entry.action && (
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      onClick={() => setProof(entry.entry)}
                      aria-label={`${words.t('ui.ledger.proof.show')} ${entry.entry}`}
                    >
                      {words.t('ui.ledger.proof.show')}
                    </Button>
                  )}
                </td>
              </tr>
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
        <Head />
        <Verify />
      </div>
      <Stack>
        <Entries />
      </Stack>
    </div>
  );
}

// The ledger: what was written, the signed head over it, and how anybody checks both without trusting us.
import { Anchor, Button, Code, CopyButton, Group, List, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCopy, IconRosetteDiscountCheck } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { ROOT, api } from '../core/api';
import { formatTime } from '../core/format';
import { useWords } from '../core/labels';
import { useTitle } from '../core/ui/title';
import { Trouble } from '../core/ui/trouble';
import { pathOf } from '../core/values';

interface Entry {
  entry: number;
  at: string;
  actor: { id: number; name: string } | null;
  action: string;
  register?: string;
  subject?: string;
  reference?: string;
  hash?: string;
  position?: number | null;
}

function Facts({ of }: { of: Record<string, unknown> }) {
  const words = useWords();
  return (
    <dl className="properties properties-side">
      {Object.entries(of).map(([name, value]) => {
        const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
        const time = /^\d{4}-\d\d-\d\dT/.test(text);
        return (
          <div className="property" key={name}>
            <dt>{words.label(`ui.ledger.${name}`)}</dt>
            <dd>{time ? formatTime(text, words.language) : <span className="hash wrap">{text}</span>}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function Head() {
  const words = useWords();
  const head = useQuery({
    queryKey: ['data', 'ledger-head'],
    queryFn: () => api<Record<string, unknown>>('/ledger/head'),
  });
  const key = useQuery({
    queryKey: ['data', 'ledger-key'],
    queryFn: () => api<Record<string, unknown>>('/ledger/key'),
  });
  return (
    <section className="surface section">
      <Group gap={8} mb="sm">
        <IconRosetteDiscountCheck size={20} color="var(--tone-good)" aria-hidden />
        <h2>{words.t('ui.ledger.head')}</h2>
      </Group>
      {head.error && <Trouble error={head.error} />}
      {head.data && <Facts of={head.data} />}
      {key.data && (
        <>
          <h3 style={{ margin: '16px 0 8px' }}>{words.t('ui.ledger.publickey')}</h3>
          <Facts of={key.data} />
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

function Proof({ entry, onClose }: { entry: number; onClose: () => void }) {
  const words = useWords();
  const { data, error } = useQuery({
    queryKey: ['data', 'proof', entry],
    queryFn: () => api<unknown>(`/ledger/proof/${entry}`),
  });
  return (
    <Modal opened onClose={onClose} size="xl" title={words.t('ui.ledger.proof', { entry: String(entry) })}>
      <Text size="sm" mb="sm">
        {words.t('ui.ledger.proof.text')}
      </Text>
      {error && <Trouble error={error} />}
      {!data && !error && <Skeleton height={160} />}
      {data !== undefined && (
        <Code block className="wrap">
          {JSON.stringify(data, null, 2)}
        </Code>
      )}
      <Group justify="flex-end" mt="md">
        <Button
          component="a"
          variant="default"
          href={`${ROOT}/ledger/proof/${entry}`}
          download={`proof-${entry}.json`}
        >
          {words.t('ui.download')}
        </Button>
      </Group>
    </Modal>
  );
}

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
  const subject = (entry: Entry) => entry.reference ?? entry.subject ?? '';
  return (
    <section className="surface section">
      <h2>{words.t('ui.ledger.entries')}</h2>
      {list.error && <Trouble error={list.error} />}
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.ledger.entries')}>
        <table className="list">
          <thead>
            <tr>
              {(
                [
                  'ui.ledger.entry',
                  'ui.ledger.at',
                  'ui.ledger.who',
                  'ui.ledger.what',
                  'ui.ledger.subject',
                  'ui.ledger.proof.head',
                ] as const
              ).map((key) => (
                <th key={key} scope="col">
                  <span className="head-button">{words.t(key)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.entry} className="row">
                <td className="number">{entry.entry}</td>
                <td>
                  <time dateTime={entry.at}>{formatTime(entry.at, words.language)}</time>
                </td>
                <td>{entry.actor?.name ?? words.t('ui.history.system')}</td>
                <td>{words.label(`action.${entry.action}`)}</td>
                <td>
                  {entry.register && entry.reference ? (
                    <Anchor component={Link} to={pathOf(entry.register, entry.reference)} size="sm">
                      {entry.reference}
                    </Anchor>
                  ) : (
                    subject(entry)
                  )}
                </td>
                <td>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    onClick={() => setProof(entry.entry)}
                    aria-label={words.t('ui.ledger.proof', { entry: String(entry.entry) })}
                  >
                    {words.t('ui.ledger.proof.show')}
                  </Button>
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

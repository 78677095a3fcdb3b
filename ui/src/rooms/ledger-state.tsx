// Whether the ledger is sealed, who outside has its heads, and the newest head to take away.
import { Button, Code, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { api } from '../core/api';
import { formatTime } from '../core/format';
import { useWords } from '../core/labels';
import { AlarmsLine } from '../core/shell/alarms';
import type { Tone } from '../core/types';
import { useDownload } from '../core/ui/download';
import { ToneBadge } from '../core/ui/status';
import { Missed } from '../core/ui/trouble';

interface Peer {
  name: string;
  /** Its name in the policy, where it is a witness of that. */
  witness: string | null;
  size: number;
  asked_at: string | null;
  good_at: string | null;
  trouble: string | null;
}

interface State {
  stopped: string | null;
  stopped_since: string | null;
  alarm: string | null;
  waiting: number;
  waiting_since: string | null;
  quorum_missing_since: string | null;
  items: Peer[];
}

const LATE = 60_000; // ms; an entry is sealed within a second

function isLate(state: State, now: number): boolean {
  return state.waiting_since !== null && now - Date.parse(state.waiting_since) > LATE;
}

/** What is wrong, and what to do about it. */
function Alarm({ sentence, advice }: { sentence: string; advice: string }) {
  return (
    <>
      <blockquote className="ledger-sentence wrap">{sentence}</blockquote>
      <Text size="sm">{advice}</Text>
    </>
  );
}

const STANDS = { stopped: 'bad', alarm: 'bad', late: 'warning', heads: 'warning', good: 'good' } satisfies Record<
  string,
  Tone
>;

/** The worst of what there is to tell: that heads do not get out is not headed by a green word. */
function standOf(state: State, now: number): keyof typeof STANDS {
  if (state.stopped) return 'stopped';
  if (state.alarm) return 'alarm';
  if (isLate(state, now)) return 'late';
  return state.quorum_missing_since || state.items.some((peer) => peer.trouble) ? 'heads' : 'good';
}

function Sealing({ state, now }: { state: State; now: number }) {
  const words = useWords();
  const time = (at: string) => formatTime(at, words.language);
  const name = standOf(state, now);
  return (
    <div role="status">
      <div className="ledger-line">
        <ToneBadge tone={STANDS[name]}>{words.label(`ui.ledger.state.${name}`)}</ToneBadge>
        {state.stopped_since && (
          <Text size="sm">{words.t('ui.ledger.state.since', { time: time(state.stopped_since) })}</Text>
        )}
      </div>
      {state.stopped && <Alarm sentence={state.stopped} advice={words.t('ui.ledger.state.stopped.do')} />}
      {state.alarm && !state.stopped && <Alarm sentence={state.alarm} advice={words.t('ui.ledger.state.alarm.do')} />}
      {state.waiting > 0 && state.waiting_since && (
        <Text size="sm" mt={6}>
          {/* What gets no seal does not wait for one, and bears whatever date somebody gave it. */}
          {state.alarm
            ? words.t('ui.ledger.state.without', { n: state.waiting })
            : words.t('ui.ledger.state.waiting', { n: state.waiting, time: time(state.waiting_since) })}
        </Text>
      )}
    </div>
  );
}

const CHANNELS = ['file', 'mail', 'timestamp', 'quorum'];

function PeerLine({ peer, missing }: { peer: Peer; missing: string | null }) {
  const words = useWords();
  const time = (at: string) => formatTime(at, words.language);
  const isQuorum = peer.name === 'quorum';
  const tone: Tone = (isQuorum ? missing : peer.trouble) ? 'warning' : peer.size ? 'good' : 'neutral';
  const name = tone === 'warning' ? 'trouble' : tone === 'good' ? 'good' : 'never';
  return (
    <li>
      <div className="ledger-line">
        <span className="wrap">
          {CHANNELS.includes(peer.name) ? words.label(`ui.ledger.peer.is.${peer.name}`) : (peer.witness ?? peer.name)}
        </span>
        <ToneBadge tone={tone}>{words.label(`ui.ledger.peer.${name}`)}</ToneBadge>
      </div>
      {peer.witness && (
        <Text size="xs" c="dimmed" className="wrap">
          {words.t('ui.ledger.peer.key', { name: peer.name })}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {peer.size > 0 && words.t('ui.ledger.peer.size', { n: peer.size })}
        {peer.size > 0 && peer.good_at && ` · ${time(peer.good_at)}`}
      </Text>
      {isQuorum && missing && <Text size="xs">{words.t('ui.ledger.peer.missing', { time: time(missing) })}</Text>}
      {peer.trouble && !(isQuorum && missing) && (
        <Text size="xs" className="wrap">
          {peer.trouble}
        </Text>
      )}
    </li>
  );
}

const KEEP = 'merlon verify DIR --checkpoint FILE';

function NewestHead({ size }: { size: number }) {
  const words = useWords();
  const link = useDownload();
  return (
    <>
      <Button
        component="a"
        variant="default"
        size="xs"
        mt="md"
        leftSection={<IconDownload size={15} />}
        {...link('/ledger/checkpoint', { size }, `checkpoint-${size}.txt`)}
      >
        {words.t('ui.ledger.checkpoint')}
      </Button>
      <Text size="xs" c="dimmed" mt={6}>
        {words.t('ui.ledger.checkpoint.text')} <Code style={{ whiteSpace: 'nowrap' }}>{KEEP}</Code>
      </Text>
    </>
  );
}

export function LedgerState() {
  const words = useWords();
  const state = useQuery({
    queryKey: ['data', 'ledger-state', words.language], // alarms are sentences
    queryFn: () => api<State>('/ledger/witnesses'),
    refetchInterval: LATE,
  });
  const { data, dataUpdatedAt } = state;
  const head = useQuery({ queryKey: ['data', 'ledger-head'], queryFn: () => api<{ size: number }>('/ledger/head') });
  return (
    <section className="surface section">
      <h2>{words.t('ui.ledger.state')}</h2>
      <Missed of={[state, head]} />
      {data && (
        <>
          <Sealing state={data} now={dataUpdatedAt} />
          <AlarmsLine />
          <h3 className="ledger-part">{words.t('ui.ledger.witnesses')}</h3>
          {data.items.length === 0 && <Text size="sm">{words.t('ui.ledger.witnesses.none')}</Text>}
          <ul className="ledger-peers">
            {data.items.map((peer) => (
              <PeerLine key={peer.name} peer={peer} missing={data.quorum_missing_since} />
            ))}
          </ul>
        </>
      )}
      {head.data && <NewestHead size={head.data.size} />}
    </section>
  );
}

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
import { Guided } from '../core/ui/guide';
import { ToneBadge } from '../core/ui/status';
import { Missed } from '../core/ui/trouble';

interface Peer {
  name: string;
  /** Its name in the policy, where it is a witness of that. */
  witness: string | null;
  /** As this server is set now: else the row is of one that was sent to before. */
  sent: boolean;
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
const AGAIN = 2_000;

function isLate(state: State, now: number): boolean {
  return state.waiting_since !== null && now - Date.parse(state.waiting_since) > LATE;
}

/** What is written just now has its seal in a moment. */
function isUnderWay(state: State): boolean {
  return state.waiting > 0 && !state.stopped && !state.alarm;
}

/** What is wrong, and what to do about it. */
function Alarm({ sentence, advice }: { sentence: string; advice: string }) {
  return (
    <>
      <blockquote className="ledger-sentence wrap">
        <Guided text={sentence} />
      </blockquote>
      <Text size="sm">
        <Guided text={advice} />
      </Text>
    </>
  );
}

const STANDS = {
  stopped: 'bad',
  alarm: 'bad',
  late: 'warning',
  heads: 'warning',
  waiting: 'active',
  good: 'good',
} satisfies Record<string, Tone>;

/** The worst of what there is to tell: that heads do not get out is not headed by a green word. */
function standOf(state: State, now: number): keyof typeof STANDS {
  if (state.stopped) return 'stopped';
  if (state.alarm) return 'alarm';
  if (isLate(state, now)) return 'late';
  if (state.quorum_missing_since || state.items.some((peer) => peer.trouble)) return 'heads';
  return state.waiting ? 'waiting' : 'good';
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
          {/* What gets no seal does not wait for one, and bears whatever date somebody gave it. How many there are the
              list shows: what was put in without a row among those that wait is not counted. */}
          {state.alarm
            ? words.t('ui.ledger.state.without')
            : words.t('ui.ledger.state.waiting', { n: state.waiting, time: time(state.waiting_since) })}
        </Text>
      )}
    </div>
  );
}

/** While sealing is stopped nobody gets a newer head, nor who is not sent to: none of them is said to be well. */
function peerStands(
  peer: Peer,
  state: State,
): { tone: Tone; name: 'trouble' | 'stopped' | 'past' | 'good' | 'never' } {
  if (!peer.sent) return { tone: 'neutral', name: 'past' };
  const trouble = peer.name === 'quorum' ? state.quorum_missing_since : peer.trouble;
  if (trouble) return { tone: 'warning', name: 'trouble' };
  if (state.stopped) return { tone: 'neutral', name: 'stopped' };
  return peer.size ? { tone: 'good', name: 'good' } : { tone: 'neutral', name: 'never' };
}

const CHANNELS = ['file', 'mail', 'timestamp', 'quorum'];

function PeerLine({ peer, state }: { peer: Peer; state: State }) {
  const words = useWords();
  const time = (at: string) => formatTime(at, words.language);
  const isQuorum = peer.name === 'quorum';
  const missing = state.quorum_missing_since;
  const { tone, name } = peerStands(peer, state);
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
    refetchInterval: ({ state: { data } }) => (data && isUnderWay(data) ? AGAIN : LATE),
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
          {data.items.length === 0 && (
            <Text size="sm">
              <Guided text={words.t('ui.ledger.witnesses.none')} />
            </Text>
          )}
          <ul className="ledger-peers">
            {data.items.map((peer) => (
              <PeerLine key={peer.name} peer={peer} state={data} />
            ))}
          </ul>
        </>
      )}
      {head.data && <NewestHead size={head.data.size} />}
    </section>
  );
}

// What is shown where something could not be shown, with the server's own sentence and a way on.
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button, Group, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconClock, IconMapOff } from '@tabler/icons-react';
import { Problem } from '../api';
import { useAsOf } from '../asof';
import { formatDate, formatTime } from '../format';
import { useWords, type Words } from '../labels';
import { Empty } from './empty';

export function sentence(error: unknown, words: Words): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return words.t(error.unsure ? 'ui.trouble.unsure' : 'ui.trouble.offline');
  if (error.status === 429) return words.t('ui.trouble.slow', { n: error.retryAfter ?? 60 });
  if (error.status === 404 && !error.body.detail) return words.t('ui.trouble.none');
  return error.message;
}

/** The sentence under a field: short where the field only wants something, else the server's own. */
export function fieldSentence(problem: unknown, name: string, words: Words): string | undefined {
  const error = problem instanceof Problem ? problem.error(name) : undefined;
  return error?.code === 'required' ? words.t('ui.trouble.required') : error?.detail;
}

interface TroubleProps {
  error: unknown;
  retry?: () => void;
  /** Instead of the whole page: its only heading. */
  whole?: boolean;
  /** What it comes to, where that is known better than that it did not work. */
  title?: string;
}

export function Trouble({ error, retry, whole, title }: TroubleProps) {
  const words = useWords();
  const day = useAsOf();
  const missing = error instanceof Problem && error.status === 404;
  if (missing && day) {
    const date = (day.length > 10 ? formatTime : formatDate)(day, words.language);
    return <Empty whole={whole} icon={IconMapOff} title={words.t('ui.asof.none', { date })} />;
  }
  const Sign = missing ? IconMapOff : IconAlertTriangle;
  return (
    <div className="trouble" role="alert">
      <Sign size={32} stroke={1.3} className={missing ? 'quiet' : 'trouble-sign'} aria-hidden />
      <Title order={whole ? 1 : 2} size="h2">
        {missing ? words.t('ui.notfound') : (title ?? words.t('ui.trouble.title'))}
      </Title>
      <Text size="sm" c="dimmed" maw={480}>
        {sentence(error, words)}
      </Text>
      {error instanceof Problem && error.body.request && (
        <Text size="xs" c="dimmed">
          {words.t('ui.trouble.request', { id: error.body.request })}
        </Text>
      )}
      {retry && (
        <Button size="xs" variant="default" mt="xs" onClick={retry}>
          {words.t('ui.retry')}
        </Button>
      )}
    </div>
  );
}

interface Asked {
  error: unknown;
  refetch: () => unknown;
}

/** In the place of a list or beside it, where a part of a page could not be read: nothing is not shown for unknown. */
export function Missed({ of }: { of: Asked | Asked[] }) {
  const words = useWords();
  const failed = [of].flat().filter((one) => one.error);
  if (!failed[0]) return null;
  return (
    <Group role="alert" className="missed" gap="xs" wrap="nowrap">
      <IconAlertTriangle size={18} stroke={1.5} className="trouble-sign" style={{ flex: 'none' }} aria-hidden />
      <Text size="sm" flex={1}>
        {sentence(failed[0].error, words)}
      </Text>
      <Button size="compact-sm" variant="default" flex="none" onClick={() => failed.forEach((one) => one.refetch())}>
        {words.t('ui.retry')}
      </Button>
    </Group>
  );
}

/** A short word of failure that does not take the page away. */
export function sayTrouble(error: unknown, words: Words): void {
  notifications.show({
    color: 'red',
    icon: <IconAlertTriangle size={18} />,
    title: words.t('ui.trouble.title'),
    message: sentence(error, words),
    autoClose: 8000,
  });
}

/** What stays for long stands where no dialog has its buttons. */
const ABOVE = 'top-center';

/** Stands while a change waits for its answer; what is returned takes it away. */
export function saySlow(words: Words): () => void {
  const id = notifications.show({
    color: 'yellow',
    icon: <IconClock size={18} />,
    message: words.t('ui.trouble.waiting'),
    autoClose: false,
    position: ABOVE,
  });
  return () => notifications.hide(id);
}

const reads = new Set<symbol>();
const READS = 'slow-reads';

/** The same of what is to be read: one for all that wait, however many they are. */
export function saySlowReads(words: Words, again: () => void): () => void {
  const read = Symbol();
  const end = () => {
    if (reads.delete(read) && reads.size === 0) notifications.hide(READS);
  };
  const retry = () => {
    reads.clear();
    notifications.hide(READS);
    again();
  };
  if (reads.size === 0) {
    notifications.show({
      id: READS,
      color: 'yellow',
      icon: <IconClock size={18} />,
      message: (
        <Group gap="xs" wrap="nowrap">
          <span>{words.t('ui.trouble.reading')}</span>
          <Button size="compact-xs" variant="default" flex="none" onClick={retry}>
            {words.t('ui.retry')}
          </Button>
        </Group>
      ),
      autoClose: false,
      position: ABOVE,
    });
  }
  reads.add(read);
  return end;
}

export function sayDone(message: string): void {
  notifications.show({ color: 'green', icon: <IconCheck size={18} />, message, autoClose: 3500 });
}

interface BoundaryProps {
  children: ReactNode;
  /** A change of this lets the page try again. */
  at: string;
}

/** A page that breaks does not take the whole interface with it. */
export class Boundary extends Component<BoundaryProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    // The browser's own console is the only log there is here.
    reportError(Object.assign(error, { componentStack: info.componentStack }));
  }

  override componentDidUpdate(before: BoundaryProps) {
    if (before.at !== this.props.at && this.state.error) this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return <Trouble whole error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}

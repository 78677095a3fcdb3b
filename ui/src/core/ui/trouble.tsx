// What is shown where something could not be shown, with the server's own sentence and a way on.
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { Problem } from '../api';
import { useWords, type Words } from '../labels';

export function sentence(error: unknown, words: Words): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return words.t('ui.trouble.offline');
  if (error.status === 429) return words.t('ui.trouble.slow', { n: error.retryAfter ?? 60 });
  if (error.status === 404 && !error.body.detail) return words.t('ui.trouble.none');
  return error.message;
}

export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const words = useWords();
  return (
    <Stack p="xl" maw={560} mx="auto" role="alert">
      <Alert color="red" icon={<IconAlertTriangle />} title={words.t('ui.trouble.title')}>
        <Text size="sm">{sentence(error, words)}</Text>
        {error instanceof Problem && error.body.request && (
          <Text size="xs" c="dimmed" mt="xs">
            {words.t('ui.trouble.request', { id: error.body.request })}
          </Text>
        )}
        {retry && (
          <Group mt="md">
            <Button size="xs" variant="default" onClick={retry}>
              {words.t('ui.retry')}
            </Button>
          </Group>
        )}
      </Alert>
    </Stack>
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
    return <Trouble error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}

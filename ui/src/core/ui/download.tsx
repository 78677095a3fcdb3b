// Files from the server. They are asked for before anything is saved, so that a refusal or a file that breaks off is
// told on the page and leaves nothing behind. The browser takes large ones to its disk as they come, not to the page.
import { Alert } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useRef, type MouseEvent } from 'react';
import { address, send, type Query } from '../api';
import { useWords, type Words } from '../labels';
import { sentence } from './trouble';

/** Begun well, and not brought to its end. */
class BrokenOff extends Error {}

const SLOW = 700; // ms until it is said that a file is being fetched

export function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The name that the server gives the file (RFC 6266). */
function nameOf(response: Response): string | undefined {
  const told = response.headers.get('Content-Disposition') ?? '';
  const wide = /filename\*=UTF-8''([^;]+)/i.exec(told)?.[1];
  return wide ? decodeURIComponent(wide) : /filename="([^"]+)"/.exec(told)?.[1];
}

async function fetchFile(path: string, query: Query | undefined, name: string | undefined): Promise<void> {
  const response = await send(path, { query });
  const file = await response.blob().catch(() => {
    throw new BrokenOff();
  });
  save(file, name ?? nameOf(response) ?? 'download');
}

const told = (error: unknown, words: Words) =>
  error instanceof BrokenOff ? words.t('ui.download.broken') : sentence(error, words);

/** Stays until it is put away: whoever waits for a large file may be looking elsewhere. */
function sayFailed(message: string, words: Words): void {
  notifications.show({
    color: 'red',
    icon: <IconAlertTriangle size={18} />,
    title: words.t('ui.download.failed'),
    message,
    autoClose: false,
  });
}

/** Beside what was to be downloaded. */
export function NotDownloaded({ why }: { why: string }) {
  const words = useWords();
  return (
    <Alert color="red" icon={<IconAlertTriangle />} p="xs" mt="sm" role="alert" title={words.t('ui.download.failed')}>
      {why}
    </Alert>
  );
}

/** Gives the properties of a link to a file. `onFailed` hears the sentence, or "" as it is tried; else the edge of the
 * page tells it. */
export function useDownload(onFailed?: (why: string) => void) {
  const words = useWords();
  const busy = useRef(false);
  const start = async (path: string, query: Query | undefined, name: string | undefined) => {
    if (busy.current) return;
    busy.current = true;
    onFailed?.('');
    let waiting = '';
    const timer = setTimeout(() => {
      waiting = notifications.show({ loading: true, message: words.t('ui.download.busy'), autoClose: false });
    }, SLOW);
    try {
      await fetchFile(path, query, name);
    } catch (error) {
      const why = told(error, words);
      if (onFailed) onFailed(why);
      else sayFailed(why, words);
    } finally {
      clearTimeout(timer);
      if (waiting) notifications.hide(waiting);
      busy.current = false;
    }
  };
  return (path: string, query?: Query, name?: string) => ({
    href: address(path, query),
    download: name ?? true,
    onClick: (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // to another tab
      event.preventDefault();
      void start(path, query, name);
    },
  });
}

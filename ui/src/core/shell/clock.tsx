// Told to who administers the whole organisation: the machine's clock is not what the program goes by, and what to do.
import { Button, Group, List, Stack, Text } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api';
import { useRefresh } from '../data';
import { formatApart, formatDate, formatTime } from '../format';
import { useWords } from '../labels';
import { useSession } from '../session';
import { Dialog } from '../ui/dialog';
import { sayTrouble } from '../ui/trouble';

interface Clock {
  state: 'right' | 'held' | 'behind';
  now: string;
  machine: string;
}

const KEY = ['clock'];

/** What comes of believing the machine, before it is done: it cannot be taken back. */
function Believe({ clock, onClose }: { clock: Clock; onClose: () => void }) {
  const words = useWords();
  const queries = useQueryClient();
  const refresh = useRefresh();
  const { renew } = useSession();
  const [busy, setBusy] = useState(false);
  const day = formatDate(clock.machine, words.language);
  const believe = async () => {
    setBusy(true);
    try {
      const body = { machine: clock.machine };
      queries.setQueryData(KEY, await api<Clock>('/clock/confirm', { method: 'POST', body }));
      onClose();
      if (await renew('clock')) await refresh();
    } catch (error) {
      sayTrouble(error, words);
      setBusy(false);
      await queries.invalidateQueries({ queryKey: KEY }); // it may have come back meanwhile
    }
  };
  return (
    <Dialog opened onClose={onClose} title={words.t('ui.clock.title')}>
      <Stack gap="sm">
        <dl className="properties properties-side">
          {(['machine', 'now'] as const).map((name) => (
            <div className="property" key={name}>
              <dt>{words.t(`ui.clock.is.${name}`)}</dt>
              <dd>{formatTime(clock[name], words.language)}</dd>
            </div>
          ))}
          <div className="property">
            <dt>{words.t('ui.clock.apart')}</dt>
            <dd>
              <strong>{formatApart(clock.now, clock.machine, words.language)}</strong>
            </dd>
          </div>
        </dl>
        <Text size="sm">{words.t('ui.clock.ends', { date: day })}</Text>
        <List size="sm" spacing={6}>
          <List.Item>{words.t('ui.clock.ends.records')}</List.Item>
          <List.Item>{words.t('ui.clock.ends.sessions')}</List.Item>
        </List>
        <Text size="sm" fw={550}>
          {words.t('ui.clock.final')}
        </Text>
        <Text size="sm">{words.t('ui.clock.else')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {words.t('ui.cancel')}
          </Button>
          <Button color="red.9" onClick={() => void believe()} loading={busy}>
            {words.t('ui.clock.believe', { date: day })}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

export function ClockBanner() {
  const words = useWords();
  const { has } = useSession();
  const [asking, setAsking] = useState(false);
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => api<Clock>('/clock').catch(() => null), // who administers a part only is not told
    enabled: has('administrator'),
    refetchInterval: 60_000,
  });
  if (!data || data.state === 'right') return null;
  const when = (time: string) => formatTime(time, words.language);
  return (
    <Group className="as-of" role="status" gap="sm" justify="center" wrap="nowrap">
      <IconClockExclamation size={16} style={{ flex: 'none' }} aria-hidden />
      <span>{words.t(`ui.clock.${data.state}`, { machine: when(data.machine), now: when(data.now) })}</span>
      {data.state === 'held' && (
        <Button size="compact-xs" variant="default" flex="none" onClick={() => setAsking(true)}>
          {words.t('ui.clock.confirm')}
        </Button>
      )}
      {asking && data.state === 'held' && <Believe clock={data} onClose={() => setAsking(false)} />}
    </Group>
  );
}

// Told to who administers the whole organisation: the machine's clock is not what the program goes by, and what to do.
import { Button, Group } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api';
import { useRefresh } from '../data';
import { formatTime } from '../format';
import { useWords } from '../labels';
import { useSession } from '../session';
import { sayTrouble } from '../ui/trouble';

interface Clock {
  state: 'right' | 'held' | 'behind';
  now: string;
  machine: string;
}

export function ClockBanner() {
  const words = useWords();
  const { has } = useSession();
  const queries = useQueryClient();
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const { data } = useQuery({
    queryKey: ['clock'],
    queryFn: () => api<Clock>('/clock').catch(() => null), // who administers a part only is not told
    enabled: has('administrator'),
    refetchInterval: 60_000,
  });
  if (!data || data.state === 'right') return null;
  const confirm = async () => {
    setBusy(true);
    try {
      queries.setQueryData(['clock'], await api<Clock>('/clock/confirm', { method: 'POST', body: {} }));
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    } finally {
      setBusy(false);
    }
  };
  const when = (time: string) => formatTime(time, words.language);
  return (
    <Group className="as-of" role="status" gap="sm" justify="center" wrap="nowrap">
      <IconClockExclamation size={16} style={{ flex: 'none' }} aria-hidden />
      <span>{words.t(`ui.clock.${data.state}`, { machine: when(data.machine), now: when(data.now) })}</span>
      {data.state === 'held' && (
        <Button size="compact-xs" variant="default" flex="none" loading={busy} onClick={() => void confirm()}>
          {words.t('ui.clock.confirm')}
        </Button>
      )}
    </Group>
  );
}

// Told to who administers: the ledger raises an alarm, or no longer seals. What is wrong stands on the ledger's page.
import { Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'react-router';
import { api } from '../api';
import { useWords } from '../labels';
import { useSession } from '../session';

interface State {
  stopped: string | null;
  alarm: string | null;
}

const PAGE = '/assurance';

export function LedgerBanner() {
  const words = useWords();
  const { has } = useSession();
  const { pathname } = useLocation();
  const { data } = useQuery({
    queryKey: ['ledger-alarm'],
    queryFn: () => api<State>('/ledger/witnesses').catch(() => null), // who administers a part only is not told
    enabled: has('administrator'),
    refetchInterval: 60_000,
  });
  if ((!data?.stopped && !data?.alarm) || pathname === PAGE) return null;
  return (
    <Group className="as-of" role="status" gap="sm" justify="center" wrap="nowrap">
      <IconAlertTriangle size={16} style={{ flex: 'none' }} aria-hidden />
      <span>{words.t(data.stopped ? 'ui.ledger.banner.stopped' : 'ui.ledger.banner.alarm')}</span>
      <Button size="compact-xs" variant="default" flex="none" component={Link} to={PAGE}>
        {words.t('ui.ledger.banner.open')}
      </Button>
    </Group>
  );
}

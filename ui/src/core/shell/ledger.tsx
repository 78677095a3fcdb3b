// Told to who administers or decides: the ledger raises an alarm, or no longer seals. What is wrong stands on its page.
import { Button, Group } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'react-router';
import { Problem, api } from '../api';
import { useWords } from '../labels';
import { useSession } from '../session';
import { Unread } from './alarms';

interface State {
  stopped: string | null;
  alarm: string | null;
}

const PAGE = '/assurance';

/** Who decides by the records has to know that they may be others' too. */
const TOLD = ['administrator', 'security_manager', 'top_management', 'auditor'] as const;

export function LedgerBanner() {
  const words = useWords();
  const { has } = useSession();
  const { pathname } = useLocation();
  const asked = useQuery({
    queryKey: ['ledger-alarm'],
    queryFn: () =>
      api<State>('/ledger/witnesses').catch((trouble: unknown) => {
        if (trouble instanceof Problem && trouble.status === 403) return null; // of a part only
        throw trouble;
      }),
    enabled: TOLD.some((role) => has(role)),
    refetchInterval: 60_000,
  });
  const { data } = asked;
  if (asked.error && pathname !== PAGE) return <Unread of={asked} what="ui.ledger.banner.unread" />;
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

// Alarms on records, users and files, told to who may read security events: nobody has to look there to hear of them.
import { Anchor, Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { Problem, api } from '../api';
import { formatDate } from '../format';
import { useWords, type UiKey } from '../labels';
import { useSession } from '../session';
import { Missed, sentence } from '../ui/trouble';

/** Of the last seven days, by the server's clock. */
interface Alarms {
  count: number;
  since: string | null;
  /** Another one when there is a newer alarm. */
  newest: string | null;
}

const READERS = ['administrator', 'auditor'];

function useAlarms() {
  const { has } = useSession();
  const asked = useQuery({
    queryKey: ['data', 'alarms'],
    queryFn: () =>
      api<Alarms>('/security-events/alarms').catch((trouble: unknown) => {
        // Who administers a part only may not read them.
        if (trouble instanceof Problem && trouble.status === 403) return null;
        throw trouble;
      }),
    enabled: READERS.some(has),
    refetchInterval: 60_000,
  });
  return { asked, alarms: asked.data?.count ? asked.data : null };
}

const placeOf = (alarms: Alarms) => `/security-events?kind=alarm&from=${(alarms.since ?? '').slice(0, 10)}`;

function useSentence() {
  const words = useWords();
  return (alarms: Alarms) =>
    words.t('ui.alarms', { n: alarms.count, day: formatDate(alarms.since ?? '', words.language) });
}

interface UnreadProps {
  of: { error: unknown; refetch: () => unknown };
  what: UiKey;
}

/** Whether there are any is then not known, which is not the same as that there are none. */
export function Unread({ of, what }: UnreadProps) {
  const words = useWords();
  return (
    <Group className="as-of" role="status" gap="xs" justify="center">
      <IconAlertTriangle size={16} style={{ flex: 'none' }} aria-hidden />
      <span>
        {words.t(what)} {sentence(of.error, words)}
      </span>
      <Button size="compact-xs" variant="default" flex="none" onClick={() => void of.refetch()}>
        {words.t('ui.retry')}
      </Button>
    </Group>
  );
}

/** Put away by each person in each browser, until there is a newer one. */
export function AlarmsBanner() {
  const words = useWords();
  const say = useSentence();
  const { asked, alarms } = useAlarms();
  const { session } = useSession();
  const { pathname } = useLocation();
  const place = `merlon.alarms.${session.user.id}`;
  const [seen, setSeen] = useState(() => localStorage.getItem(place));
  if (asked.error && pathname !== '/assurance') return <Unread of={asked} what="ui.alarms.unread" />;
  if (!alarms || alarms.newest === seen || ['/assurance', '/security-events'].includes(pathname)) return null;
  const dismiss = () => {
    localStorage.setItem(place, alarms.newest ?? '');
    setSeen(alarms.newest);
  };
  return (
    <Group className="as-of" role="status" gap="xs" justify="center">
      <IconAlertTriangle size={16} style={{ flex: 'none' }} aria-hidden />
      <span>{say(alarms)}</span>
      <Button size="compact-xs" variant="default" flex="none" component={Link} to={placeOf(alarms)}>
        {words.t('ui.alarms.show')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" flex="none" onClick={dismiss}>
        {words.t('ui.alarms.dismiss')}
      </Button>
    </Group>
  );
}

/** On the ledger's page they stay. What is to be done differs by what each is about, and stands beside each there. */
export function AlarmsLine() {
  const words = useWords();
  const say = useSentence();
  const { asked, alarms } = useAlarms();
  if (asked.error) return <Missed of={asked} />;
  if (!alarms) return null;
  return (
    <Text size="sm" mt={6}>
      <Anchor component={Link} to={placeOf(alarms)} size="sm" underline="always">
        {say(alarms)}
      </Anchor>{' '}
      {words.t('ui.alarms.each')}
    </Text>
  );
}

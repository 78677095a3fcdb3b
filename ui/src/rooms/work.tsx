// Everything that waits for me, one action each.
import { Anchor, Button, Skeleton, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBell,
  IconCalendar,
  IconChecklist,
  IconClipboardCheck,
  IconEye,
  IconFileCertificate,
  IconMoodCheck,
  IconRefresh,
  IconTool,
  type Icon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../core/api';
import { takeStep, useNextSteps, useRecord, useRefresh } from '../core/data';
import { formatAgo, formatDate, today } from '../core/format';
import { useWords } from '../core/labels';
import { StepDialog } from '../core/record/steps';
import { useRegister } from '../core/schema';
import type { Rec, WorkItem } from '../core/types';
import { Empty } from '../core/ui/empty';
import { useTitle } from '../core/ui/title';
import { Missed, Trouble, sayTrouble } from '../core/ui/trouble';
import { Status } from '../core/ui/status';
import { isRef, pathOf } from '../core/values';
import { Dialog } from '../core/ui/dialog';

const ICONS: Record<string, Icon> = {
  approve: IconFileCertificate,
  accept: IconFileCertificate,
  review: IconEye,
  test: IconClipboardCheck,
  treat: IconTool,
  task: IconChecklist,
  verify: IconClipboardCheck,
  renew: IconRefresh,
  notice: IconBell,
};

export function useWork() {
  return useQuery({
    queryKey: ['data', 'work'],
    queryFn: () => api<{ items: WorkItem[] }>('/work').then((answer) => answer.items),
  });
}

/** The one action of an item: its dialog opens here, without leaving the page. */
function Action({ item, onClose }: { item: WorkItem; onClose: () => void }) {
  const register = useRegister(item.register);
  const words = useWords();
  const asked = useRecord(item.register, item.id);
  const record = asked.data;
  const steps = useNextSteps(item.register, item.id, record?.version ?? 0);
  if (asked.error || steps.error)
    return (
      <Dialog opened onClose={onClose} title={words.t('ui.trouble.title')}>
        <Missed of={[asked, steps]} />
      </Dialog>
    );
  const step = steps.data?.find((one) => one.name === item.transition);
  if (!register || !record || !step) return null;
  return <StepDialog register={register} record={record} step={step} onClose={onClose} />;
}

function Due({ item }: { item: WorkItem }) {
  const words = useWords();
  if (!item.due) return null;
  const Sign = item.late ? IconAlertTriangle : IconCalendar;
  return (
    <span className={item.late ? 'due due-late' : 'due'}>
      <Sign size={14} aria-hidden />
      <time dateTime={item.due} title={formatDate(item.due, words.language)}>
        {item.late
          ? words.t('ui.work.late', { when: formatAgo(item.due, words.language) })
          : formatDate(item.due, words.language)}
      </time>
    </span>
  );
}

/** A notice is put aside with one press; other steps ask first. */
function useAct(open: (item: WorkItem) => void) {
  const words = useWords();
  const refresh = useRefresh();
  return async (item: WorkItem) => {
    if (item.kind !== 'notice' || !item.transition) return open(item);
    try {
      const record = await api<Rec>(`/${item.register}/${item.id}`);
      await takeStep(item.register, record, item.transition, {});
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    }
  };
}

/** What it is and of which record; of a notice: what has happened to the record that it is about. */
function Kind({ item }: { item: WorkItem }) {
  const words = useWords();
  const about = isRef(item.about) ? item.about : undefined;
  const kind = item.topic
    ? words.choice('notification', 'topic', item.topic)
    : words.label(`ui.work.kind.${item.kind}`);
  return (
    <Text size="xs" c="dimmed" component="div" className="work-kind">
      {kind} · {words.register(about?.register ?? item.register)}{' '}
      <span className="reference">{about?.reference ?? item.reference}</span>
      {about?.status && item.topic === 'moved' && <Status register={about.register} status={about.status} />}
    </Text>
  );
}

/** A notice leads to what it is about. */
function placeOf(item: WorkItem): string {
  return isRef(item.about)
    ? pathOf(item.about.register, item.about.reference)
    : pathOf(item.register, item.reference);
}

export function WorkLines({ items }: { items: WorkItem[] }) {
  const words = useWords();
  const [acting, setActing] = useState<WorkItem | null>(null);
  const act = useAct(setActing);
  return (
    <>
      <ul className="lines work">
        {items.map((item) => {
          const Sign = ICONS[item.kind] ?? IconChecklist;
          return (
            <li key={`${item.kind}${item.register}${item.id}`}>
              <Sign size={17} stroke={1.6} className="quiet" aria-hidden />
              <div className="work-body">
                <Anchor component={Link} to={placeOf(item)} size="sm" fw={540} c="inherit" className="wrap">
                  {item.title}
                </Anchor>
                <Kind item={item} />
              </div>
              <Due item={item} />
              {item.transition ? (
                <Button
                  variant="default"
                  size="compact-sm"
                  onClick={() => void act(item)}
                  aria-label={`${words.transition(item.register, item.transition)} ${item.reference}`}
                >
                  {words.transition(item.register, item.transition)}
                </Button>
              ) : (
                <Button
                  variant="default"
                  size="compact-sm"
                  component={Link}
                  to={pathOf(item.register, item.reference)}
                  aria-label={`${words.t('ui.open')} ${item.reference}`}
                >
                  {words.t('ui.open')}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {acting && <Action item={acting} onClose={() => setActing(null)} />}
    </>
  );
}

type Span = 'late' | 'week' | 'later' | 'undated';
const SPANS: Span[] = ['late', 'week', 'later', 'undated'];

function spanOf(item: WorkItem): Span {
  if (item.late) return 'late';
  if (!item.due) return 'undated';
  const days = (new Date(item.due).getTime() - new Date(today()).getTime()) / 86_400_000;
  return days <= 7 ? 'week' : 'later';
}

export function Work() {
  const words = useWords();
  useTitle(words.t('ui.work.title'));
  const { data, error, refetch } = useWork();
  if (error) return <Trouble whole error={error} retry={() => void refetch()} />;
  return (
    <div className="page" style={{ maxWidth: 1040 }}>
      <div className="page-head">
        <Title order={1}>{words.t('ui.work.title')}</Title>
        {data && (
          <Text size="sm" c="dimmed">
            {words.t('ui.work.count', { n: data.length })}
          </Text>
        )}
      </div>
      {!data && <Skeleton height={220} />}
      {data?.length === 0 && (
        <div className="surface">
          <Empty icon={IconMoodCheck} title={words.t('ui.work.none')} text={words.t('ui.work.none.text')} />
        </div>
      )}
      {data &&
        SPANS.map((span) => {
          const items = data.filter((item) => spanOf(item) === span);
          if (items.length === 0) return null;
          return (
            <section key={span} className="surface section">
              <h2>
                {words.t(`ui.work.span.${span}`)} <span className="quiet number">{items.length}</span>
              </h2>
              <WorkLines items={items} />
            </section>
          );
        })}
    </div>
  );
}

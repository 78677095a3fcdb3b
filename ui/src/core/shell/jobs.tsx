// Long work, seen from every page: its progress, a way to stop it, and word when it is done.
import { ActionIcon, Anchor, Button, Group, Indicator, Popover, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconProgress, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { ROOT, api } from '../api';
import { useRefresh } from '../data';
import { useWords } from '../labels';
import type { Job } from '../types';
import { useDownload } from '../ui/download';
import { Hint } from '../ui/hint';
import { sayTrouble } from '../ui/trouble';

interface Jobs {
  jobs: Job[];
  /** Follows a job that a request has begun. */
  follow: (id: Job['id']) => void;
  cancel: (id: Job['id']) => void;
}

const Context = createContext<Jobs | null>(null);
const going = (job: Job) => job.status === 'queued' || job.status === 'running';

export function JobsProvider({ children }: { children: ReactNode }) {
  const words = useWords();
  const queries = useQueryClient();
  const refresh = useRefresh();
  const streams = useRef(new Map<string, EventSource>());
  const { data } = useQuery({ queryKey: ['jobs'], queryFn: () => api<{ items: Job[] }>('/jobs'), staleTime: 60_000 });
  const jobs = useMemo(() => data?.items ?? [], [data]);
  const put = useCallback(
    (job: Job) => {
      queries.setQueryData<{ items: Job[] }>(['jobs'], (before) => {
        const others = (before?.items ?? []).filter((item) => String(item.id) !== String(job.id));
        return { items: [job, ...others] };
      });
      queries.setQueryData(['job', String(job.id)], job);
    },
    [queries],
  );
  const finished = useCallback(
    (job: Job) => {
      void refresh();
      const good = job.status === 'done';
      notifications.show({
        color: good ? 'green' : job.status === 'failed' ? 'red' : 'gray',
        icon: good ? <IconCheck size={18} /> : <IconX size={18} />,
        title: words.label(`ui.job.kind.${job.kind}`, words.t('ui.job')),
        message: job.detail ?? words.t(`ui.job.${job.status}`),
      });
    },
    [refresh, words],
  );
  const follow = useCallback(
    (id: Job['id']) => {
      const key = String(id);
      if (streams.current.has(key)) return;
      const stream = new EventSource(`${ROOT}/jobs/${key}/events`);
      streams.current.set(key, stream);
      const close = () => {
        stream.close();
        streams.current.delete(key);
      };
      // An event leaves out a large result, and the stream may end before its last event: then the job itself is asked.
      const ask = () => {
        close();
        api<Job>(`/jobs/${key}`).then(
          (job) => {
            put(job);
            if (going(job)) setTimeout(() => follow(id), 1000);
            else finished(job);
          },
          () => undefined,
        );
      };
      const onEvent = (event: MessageEvent<string>) => {
        const job = JSON.parse(event.data) as Job;
        if (going(job)) put(job);
        else ask();
      };
      for (const name of ['message', 'progress', 'done', 'job', 'end']) stream.addEventListener(name, onEvent);
      stream.onerror = ask;
    },
    [put, finished],
  );
  useEffect(() => {
    for (const job of jobs) if (going(job)) follow(job.id);
  }, [jobs, follow]);
  useEffect(() => {
    const open = streams.current;
    return () => open.forEach((stream) => stream.close());
  }, []);
  const value = useMemo(
    () => ({
      jobs,
      follow,
      cancel: (id: Job['id']) => {
        api(`/jobs/${id}`, { method: 'DELETE' }).catch((error: unknown) => sayTrouble(error, words));
      },
    }),
    [jobs, follow, words],
  );
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

export function useJobs(): Jobs {
  const value = useContext(Context);
  if (!value) throw new Error('Jobs are used outside their provider');
  return value;
}

/** One job, as far as it has come. */
export function useJob(id: Job['id'] | null): Job | undefined {
  const { jobs } = useJobs();
  return jobs.find((job) => String(job.id) === String(id));
}

export function JobProgress({ job }: { job: Job }) {
  const words = useWords();
  const share = job.total ? (100 * job.done) / job.total : job.status === 'done' ? 100 : 0;
  const label = words.label(`ui.job.kind.${job.kind}`, words.t('ui.job'));
  return (
    <>
      <Progress
        value={going(job) ? share : 100}
        size="sm"
        animated={going(job)}
        aria-label={label}
        color={job.status === 'failed' ? 'red' : job.status === 'done' ? 'green' : 'petrol'}
      />
      <Text size="xs" c="dimmed" mt={2} className="number">
        {words.t(`ui.job.${job.status}`)}
        {job.total > 0 && ` · ${words.t('ui.job.progress', { done: job.done, total: job.total })}`}
      </Text>
    </>
  );
}

export function JobsTray() {
  const words = useWords();
  const { jobs, cancel } = useJobs();
  const link = useDownload();
  const [open, setOpen] = useState(false);
  const active = jobs.filter(going).length;
  if (jobs.length === 0) return null;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={320} shadow="md">
      <Indicator label={active} size={15} disabled={active === 0} color="petrol">
        <Popover.Target>
          <Hint label={words.t('ui.jobs')}>
            <ActionIcon size={32} onClick={() => setOpen(!open)} aria-label={words.t('ui.jobs')}>
              <IconProgress size={18} stroke={1.6} />
            </ActionIcon>
          </Hint>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        <Stack gap="md">
          {jobs.slice(0, 6).map((job) => (
            <div key={String(job.id)}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Text size="sm" fw={550} className="clip">
                  {words.label(`ui.job.kind.${job.kind}`, words.t('ui.job'))}
                </Text>
                {going(job) && (
                  <Button size="compact-xs" variant="subtle" onClick={() => cancel(job.id)}>
                    {words.t('ui.job.cancel')}
                  </Button>
                )}
                {job.status === 'done' && (job.kind === 'report' || job.kind === 'export') && (
                  <Anchor size="xs" {...link(`/jobs/${job.id}/result`)}>
                    {words.t('ui.download')}
                  </Anchor>
                )}
              </Group>
              <JobProgress job={job} />
              {job.detail && (
                <Text size="xs" c="dimmed" className="wrap">
                  {job.detail}
                </Text>
              )}
            </div>
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

// Where one begins: what to do first and next, what is late, and the state of the whole on one screen.
import { Anchor, Button, Skeleton, Text, Title } from '@mantine/core';
import { IconArrowRight, IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link } from 'react-router';
import { api } from '../core/api';
import { useWords } from '../core/labels';
import { useSchema } from '../core/schema';
import { Missed, Trouble } from '../core/ui/trouble';
import { useTitle } from '../core/ui/title';
import { useWork, WorkLines } from './work';

interface StepOfHome {
  name: string;
  done: boolean;
  register: string;
  count: number;
  /** The records that are left to do. */
  filter: string | null;
}

interface Figure {
  name: string;
  value: number;
  register: string;
  filter: string | null;
}

export interface HomeData {
  steps: StepOfHome[];
  figures: Figure[];
  risks_by_level?: { level: string; title: string; rank: number; value: number; filter: string }[];
  controls_by_implementation?: { implementation: string; value: number; filter: string }[];
}

const State = lazy(() => import('./home-state'));

/** A page of its own where a step has one, else the list of what is left to do. */
function placeOf(step: StepOfHome): string {
  if (step.name === 'framework') return '/requirements';
  if (step.register === 'soa') return '/statement';
  return `/${step.register}${step.filter ? `?${step.filter}` : ''}`;
}

function Path({ steps }: { steps: StepOfHome[] }) {
  const words = useWords();
  const { byName } = useSchema();
  const next = steps.find((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  return (
    <section className="surface section" aria-labelledby="path">
      <h2 id="path">{words.t('ui.home.path')}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {next ? words.t('ui.home.path.text', { done, n: steps.length }) : words.t('ui.home.path.done')}
      </Text>
      <ol className="path">
        {steps.map((step) => {
          const Sign = step.done ? IconCircleCheckFilled : IconCircle;
          const register = byName.get(step.register);
          const title = words.label(`ui.home.step.${step.name}`);
          return (
            <li
              key={step.name}
              className={step === next ? 'path-next' : undefined}
              aria-current={step === next ? 'step' : undefined}
            >
              <Sign size={19} className={step.done ? 'path-sign path-done' : 'path-sign'} aria-hidden />
              <div className="path-body">
                <Anchor component={Link} to={placeOf(step)} fw={540} c="inherit" size="sm">
                  {title}
                </Anchor>
                <span className="visually-hidden">{words.t(step.done ? 'ui.home.done' : 'ui.home.open')}</span>
                {step === next && (
                  <Text size="sm" c="dimmed">
                    {words.label(`ui.home.step.${step.name}.text`, words.help(step.register))}
                  </Text>
                )}
              </div>
              {step.count > 0 && step !== next && (
                <span className="count number">{step.count.toLocaleString(words.language)}</span>
              )}
              {step === next && register?.may.create && step.count === 0 && (
                <Button component={Link} to={`/${step.register}/new`}>
                  {words.t('ui.home.begin')}
                </Button>
              )}
              {step === next && step.count > 0 && (
                <Button
                  component={Link}
                  to={placeOf(step)}
                  variant="default"
                  rightSection={<IconArrowRight size={14} />}
                >
                  {words.t('ui.home.continue')}
                </Button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Figures({ figures }: { figures: Figure[] }) {
  const words = useWords();
  return (
    <section className="figures" aria-label={words.t('ui.home.figures')}>
      {figures.map((figure) => (
        <Link
          key={figure.name}
          to={`/${figure.register}${figure.filter ? `?${figure.filter}` : ''}`}
          className="surface figure"
        >
          <span className={figure.value > 0 ? 'figure-value figure-late number' : 'figure-value number'}>
            {figure.value.toLocaleString(words.language)}
          </span>
          <span className="figure-name">{words.label(`ui.home.figure.${figure.name}`)}</span>
        </Link>
      ))}
    </section>
  );
}

function Waiting() {
  const words = useWords();
  const work = useWork();
  const { data } = work;
  return (
    <section className="surface section" aria-labelledby="waiting">
      <h2 id="waiting">{words.t('ui.home.waiting')}</h2>
      <Missed of={work} />
      {work.isPending && <Skeleton height={90} />}
      {work.isSuccess && data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.work.none')}
        </Text>
      )}
      {data && data.length > 0 && <WorkLines items={data.slice(0, 6)} />}
      {data && data.length > 6 && (
        <Anchor component={Link} to="/work" size="sm">
          {words.t('ui.home.allwork', { n: data.length })}
        </Anchor>
      )}
    </section>
  );
}

export function Home() {
  const words = useWords();
  useTitle(words.t('ui.home.title'));
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'home'],
    queryFn: () => api<HomeData>('/home'),
  });
  if (error) return <Trouble whole error={error} retry={() => void refetch()} />;
  const finished = data?.steps.every((step) => step.done) ?? false;
  return (
    <div className="page">
      <div className="page-head">
        <Title order={1}>{words.t('ui.home.title')}</Title>
      </div>
      {!data && <Skeleton height={320} />}
      {data && <Figures figures={data.figures} />}
      {data && (
        <div className="home">
          {finished ? <Waiting /> : <Path steps={data.steps} />}
          {finished ? <Path steps={data.steps} /> : <Waiting />}
        </div>
      )}
      {data && (
        <Suspense fallback={<Skeleton height={220} />}>
          <State data={data} />
        </Suspense>
      )}
    </div>
  );
}

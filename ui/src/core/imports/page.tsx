// Bringing in a file: choose it, see in a dry run what would become of each row, then do it.
import { Alert, Anchor, Button, FileButton, Group, Stack, Stepper, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { useEffect, useState, type DragEvent } from 'react';
import { Link } from 'react-router';
import { api } from '../api';
import { editable } from '../form/form';
import { useWords } from '../labels';
import { JobProgress, useJob, useJobs } from '../shell/jobs';
import type { Job, Register, Tone } from '../types';
import { ToneBadge } from '../ui/status';
import { sentence } from '../ui/trouble';
import { useTitle } from '../ui/title';

interface Fate {
  row: number;
  fate: string;
  reference?: string | null;
  title?: string | null;
  detail?: string | null;
  errors?: { pointer?: string; detail: string }[];
}

const TONES: Record<string, Tone> = {
  created: 'good',
  create: 'good',
  changed: 'active',
  change: 'active',
  unchanged: 'neutral',
  skipped: 'neutral',
  failed: 'bad',
  refused: 'bad',
  error: 'bad',
};

/** The result of an import names its rows; counts are made from them where it has none of its own. */
function fatesOf(job: Job | undefined): Fate[] {
  const result = job?.result as { rows?: Fate[]; items?: Fate[] } | Fate[] | null | undefined;
  if (!result) return [];
  return Array.isArray(result) ? result : (result.rows ?? result.items ?? []);
}

function useRun(register: Register) {
  const words = useWords();
  const { follow } = useJobs();
  const [id, setId] = useState<Job['id'] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const job = useJob(id);
  const run = async (file: File, dry: boolean) => {
    setProblem(null);
    const format = /\.xlsx$/i.test(file.name) ? 'xlsx' : 'csv';
    try {
      const answer = await api<{ job: Job['id'] | Job }>(`/${register.name}/import`, {
        method: 'POST',
        query: { format, dry_run: dry ? 1 : undefined },
        file,
      });
      const started = typeof answer.job === 'object' ? answer.job.id : answer.job;
      setId(started);
      follow(started);
    } catch (error) {
      setProblem(sentence(error, words));
    }
  };
  const done = job && ['done', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
  return { run, job, done, problem, fates: fatesOf(done), started: id !== null };
}

function Fates({ fates }: { fates: Fate[] }) {
  const words = useWords();
  const counts = new Map<string, number>();
  for (const fate of fates) counts.set(fate.fate, (counts.get(fate.fate) ?? 0) + 1);
  const bad = (fate: Fate) => TONES[fate.fate] === 'bad';
  const ordered = [...fates].sort((a, b) => Number(bad(b)) - Number(bad(a)) || a.row - b.row);
  const label = (fate: string) => words.label(`ui.import.fate.${fate}`);
  return (
    <Stack gap="sm">
      <Group gap="xs">
        {[...counts].map(([fate, count]) => (
          <ToneBadge
            key={fate}
            tone={TONES[fate] ?? 'neutral'}
          >{`${label(fate)}: ${count.toLocaleString(words.language)}`}</ToneBadge>
        ))}
      </Group>
      <div
        className="list-scroll"
        style={{ maxHeight: 380 }}
        tabIndex={0}
        role="region"
        aria-label={words.t('ui.import.rows')}
      >
        <table className="list">
          <thead>
            <tr>
              {(['ui.import.row', 'ui.import.fate', 'ui.import.record', 'ui.import.why'] as const).map((key) => (
                <th key={key} scope="col">
                  <span className="head-button">{words.t(key)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ordered.slice(0, 500).map((fate) => (
              <tr key={fate.row} className="row">
                <td className="number">{fate.row}</td>
                <td>
                  <ToneBadge tone={TONES[fate.fate] ?? 'neutral'}>{label(fate.fate)}</ToneBadge>
                </td>
                <td>{[fate.reference, fate.title].filter(Boolean).join(' ')}</td>
                <td className="wrap" style={{ whiteSpace: 'normal', maxWidth: 520 }}>
                  {fate.detail ?? fate.errors?.map((error) => `${error.pointer ?? ''} ${error.detail}`).join('; ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fates.length > 500 && (
        <Text size="xs" c="dimmed">
          {words.t('ui.import.more', { n: fates.length - 500 })}
        </Text>
      )}
    </Stack>
  );
}

function Template({ register }: { register: Register }) {
  const words = useWords();
  const names = register.fields
    .filter((field) => editable(field, true) && field.kind !== 'data')
    .map((field) => field.name);
  const href = `data:text/csv;charset=utf-8,${encodeURIComponent(`${names.join(',')}\n`)}`;
  return (
    <Anchor size="sm" href={href} download={`${register.name}.csv`}>
      {words.t('ui.import.template')}
    </Anchor>
  );
}

function Choose({ register, onFile }: { register: Register; onFile: (file: File) => void }) {
  const words = useWords();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  const required = register.fields
    .filter((field) => field.required && !field.derived)
    .map((field) => field.name)
    .join(', ');
  return (
    <Stack>
      <div
        className={`drop${over ? ' drop-over' : ''}`}
        style={{ padding: 32, justifyContent: 'center' }}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconUpload size={22} stroke={1.5} aria-hidden />
        <Text size="sm">{words.t('ui.import.drop')}</Text>
        <FileButton accept=".csv,.xlsx,text/csv" onChange={(file) => file && onFile(file)}>
          {(props) => (
            <Button {...props} variant="default">
              {words.t('ui.import.choose')}
            </Button>
          )}
        </FileButton>
      </div>
      <Text size="sm" c="dimmed">
        {words.t('ui.import.text')} {required && words.t('ui.import.required', { fields: required })}{' '}
        <Template register={register} />
      </Text>
    </Stack>
  );
}

export function ImportPage({ register }: { register: Register }) {
  const words = useWords();
  const [file, setFile] = useState<File | null>(null);
  const dry = useRun(register);
  const real = useRun(register);
  const title = words.t('ui.import.title', { registers: words.registers(register.name) });
  useTitle(title);
  const step = real.started ? 2 : file ? 1 : 0;
  const bad = dry.fates.filter((fate) => TONES[fate.fate] === 'bad').length;
  const { run } = dry;
  useEffect(() => {
    if (file) void run(file, true);
    // A run belongs to the file alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [file]);
  const shown = real.started ? real : dry;
  return (
    <div className="page" style={{ maxWidth: 1000 }}>
      <div className="page-head">
        <Title order={1}>{title}</Title>
      </div>
      <section className="surface section">
        <Stepper active={real.done ? 3 : step} size="sm" mb="lg" allowNextStepsSelect={false}>
          <Stepper.Step label={words.t('ui.import.step.file')} />
          <Stepper.Step label={words.t('ui.import.step.dry')} />
          <Stepper.Step label={words.t('ui.import.step.done')} />
        </Stepper>
        {!file && <Choose register={register} onFile={setFile} />}
        {file && (
          <Stack>
            <Group gap="xs">
              <IconFileSpreadsheet size={18} stroke={1.5} aria-hidden />
              <Text size="sm" fw={550}>
                {file.name}
              </Text>
            </Group>
            {shown.problem && (
              <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
                {shown.problem}
              </Alert>
            )}
            {shown.job && !shown.done && <JobProgress job={shown.job} />}
            {shown.done?.status === 'failed' && (
              <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
                {shown.done.detail ?? words.t('ui.job.failed')}
              </Alert>
            )}
            {shown.fates.length > 0 && <Fates fates={shown.fates} />}
            <Group justify="flex-end">
              {!real.done && (
                <Button variant="default" onClick={() => setFile(null)}>
                  {words.t('ui.import.other')}
                </Button>
              )}
              {!real.started && dry.done?.status === 'done' && (
                <Button onClick={() => void real.run(file, false)} disabled={bad === dry.fates.length && bad > 0}>
                  {bad ? words.t('ui.import.go.part', { n: dry.fates.length - bad }) : words.t('ui.import.go')}
                </Button>
              )}
              {real.done && (
                <Button component={Link} to={`/${register.name}`}>
                  {words.t('ui.import.see')}
                </Button>
              )}
            </Group>
          </Stack>
        )}
      </section>
    </div>
  );
}

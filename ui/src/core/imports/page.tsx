// Bringing in a file: choose it, say which column is which field, see what would become of each row, then do it.
import { Alert, Anchor, Button, FileButton, Group, Stack, Stepper, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconFileSpreadsheet, IconUpload } from '@tabler/icons-react';
import { useState, type DragEvent } from 'react';
import { Link } from 'react-router';
import { api } from '../api';
import { editable } from '../form/form';
import { useWords } from '../labels';
import { JobProgress, useJob, useJobs } from '../shell/jobs';
import type { Job, Register, Tone } from '../types';
import { save } from '../ui/download';
import { Heads } from '../ui/heads';
import { ToneBadge } from '../ui/status';
import { sentence } from '../ui/trouble';
import { useTitle } from '../ui/title';
import { Mapping, columnsOf, guess, targetsOf, type Columns } from './mapping';

const FATES = ['created', 'changed', 'unchanged', 'refused'] as const;
const TONES: Record<string, Tone> = { created: 'good', changed: 'active', unchanged: 'neutral', refused: 'bad' };
const SHOWN = 500;

interface Fate {
  line: number;
  fate: string;
  reference: string | null;
  detail: string | null;
}

/** All rows are counted; the fate of so many is kept in full. */
interface Outcome extends Record<(typeof FATES)[number], number> {
  rows: number;
  /** Rows that are taken, and say something that is not: the detail of their fate tells what. */
  warned: number;
  fates: Fate[];
}

type Map = Record<string, string>;

function useRun(register: Register) {
  const words = useWords();
  const { follow } = useJobs();
  const [id, setId] = useState<Job['id'] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const job = useJob(id);
  const run = async (file: File, mapping: Map | null, dry: boolean) => {
    setProblem(null);
    setId(null);
    try {
      const answer = await api<{ job: Job['id'] }>(`/${register.name}/import`, {
        method: 'POST',
        query: {
          format: /\.xlsx$/i.test(file.name) ? 'xlsx' : 'csv',
          dry_run: dry ? 1 : undefined,
          mapping: mapping ? JSON.stringify(mapping) : undefined,
        },
        file,
      });
      setId(answer.job);
      follow(answer.job);
    } catch (error) {
      setProblem(sentence(error, words));
    }
  };
  const over = job && ['done', 'failed', 'cancelled'].includes(job.status) ? job : undefined;
  const outcome = over?.status === 'done' ? (over.result as Outcome) : undefined;
  return { run, job, over, outcome, problem, started: id !== null };
}

function Fates({ outcome }: { outcome: Outcome }) {
  const words = useWords();
  const ordered = [...outcome.fates].sort(
    (a, b) =>
      Number(b.fate === 'refused') - Number(a.fate === 'refused') ||
      Number(Boolean(b.detail)) - Number(Boolean(a.detail)) ||
      a.line - b.line,
  );
  const heads = ['ui.import.row', 'ui.import.fate', 'ui.import.record', 'ui.import.why'] as const;
  return (
    <Stack gap="sm">
      <Group gap="xs" aria-live="polite">
        {FATES.filter((fate) => outcome[fate] > 0).map((fate) => (
          <ToneBadge key={fate} tone={TONES[fate] ?? 'neutral'}>
            {`${words.t(`ui.import.fate.${fate}`)}: ${outcome[fate].toLocaleString(words.language)}`}
          </ToneBadge>
        ))}
        {outcome.warned > 0 && (
          <ToneBadge tone="warning">
            {`${words.t('ui.import.fate.warned')}: ${outcome.warned.toLocaleString(words.language)}`}
          </ToneBadge>
        )}
      </Group>
      <div
        className="list-scroll"
        style={{ maxHeight: 380 }}
        tabIndex={0}
        role="region"
        aria-label={words.t('ui.import.rows')}
      >
        <table className="list">
          <Heads names={heads.map((key) => words.t(key))} />
          <tbody>
            {ordered.slice(0, SHOWN).map((fate) => (
              <tr key={fate.line} className="row">
                <td className="number">{fate.line}</td>
                <td>
                  <ToneBadge tone={TONES[fate.fate] ?? 'neutral'}>
                    {words.label(`ui.import.fate.${fate.fate}`)}
                  </ToneBadge>
                </td>
                <td>{fate.reference}</td>
                <td className="wrap" style={{ whiteSpace: 'normal', minWidth: 180, maxWidth: 520 }}>
                  {fate.detail}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {outcome.rows > SHOWN && (
        <Text size="xs" c="dimmed">
          {words.t('ui.import.more', { n: outcome.rows - SHOWN })}
        </Text>
      )}
    </Stack>
  );
}

/** An empty file with the right columns, made here. */
function Template({ register }: { register: Register }) {
  const words = useWords();
  const names = register.fields
    .filter((field) => editable(field, true) && field.kind !== 'data')
    .map((field) => field.name);
  const template = new Blob([`${names.join(',')}\n`], { type: 'text/csv' });
  return (
    <Anchor component="button" type="button" size="sm" onClick={() => save(template, `${register.name}.csv`)}>
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
  const needed = register.fields.filter(
    (field) => field.required && editable(field, true) && field.fallback === null,
  );
  const fields = needed.map((field) => words.field(register.name, field)).join(', ');
  return (
    <Stack>
      <div
        className={over ? 'drop drop-big drop-over' : 'drop drop-big'}
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
        {words.t('ui.import.text')} {fields && words.t('ui.import.required', { fields })}{' '}
        <Template register={register} />
      </Text>
    </Stack>
  );
}

function Progress({ run }: { run: ReturnType<typeof useRun> }) {
  const words = useWords();
  return (
    <>
      {run.problem && (
        <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
          {run.problem}
        </Alert>
      )}
      {run.started && !run.over && run.job && <JobProgress job={run.job} />}
      {run.over && run.over.status !== 'done' && (
        <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
          {run.over.detail ?? words.t(`ui.job.${run.over.status}`)}
        </Alert>
      )}
      {run.outcome && <Fates outcome={run.outcome} />}
    </>
  );
}

function useFile(register: Register, dry: ReturnType<typeof useRun>) {
  const words = useWords();
  const [file, setFile] = useState<File | null>(null);
  const [columns, setColumns] = useState<Columns | null>(null);
  const [mapping, setMapping] = useState<Map | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const choose = async (next: File | null) => {
    setFile(null);
    setProblem(null);
    if (!next) return;
    try {
      const read = await columnsOf(register, next);
      const guessed = guess(read.names, targetsOf(register, words));
      setColumns(read);
      setMapping(guessed);
      setFile(next);
      // Where every column is known, the dry run needs no further word.
      if (Object.values(guessed).every(Boolean)) await dry.run(next, guessed, true);
    } catch (error) {
      setProblem(error);
    }
  };
  return { file, columns, mapping, setMapping, choose, problem };
}

export function ImportPage({ register }: { register: Register }) {
  const words = useWords();
  const dry = useRun(register);
  const real = useRun(register);
  const { file, columns, mapping, setMapping, choose, problem } = useFile(register, dry);
  const title = words.t('ui.import.title', { registers: words.registers(register.name) });
  useTitle(title);
  const good = dry.outcome ? dry.outcome.rows - dry.outcome.refused : 0;
  const step = real.over ? 3 : real.started ? 2 : file ? 1 : 0;
  return (
    <div className="page" style={{ maxWidth: 1000 }}>
      <div className="page-head">
        <Title order={1}>{title}</Title>
      </div>
      <section className="surface section">
        <Stepper active={step} size="sm" mb="lg" allowNextStepsSelect={false}>
          <Stepper.Step label={words.t('ui.import.step.file')} />
          <Stepper.Step label={words.t('ui.import.step.dry')} />
          <Stepper.Step label={words.t('ui.import.step.done')} />
        </Stepper>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" mb="md" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        {!file && <Choose register={register} onFile={(next) => void choose(next)} />}
        {file && (
          <Stack>
            <Group gap="xs">
              <IconFileSpreadsheet size={18} stroke={1.5} aria-hidden />
              <Text size="sm" fw={550}>
                {file.name}
              </Text>
            </Group>
            {columns && mapping && !real.started && (
              <Mapping register={register} columns={columns} mapping={mapping} onChange={setMapping} />
            )}
            <Progress run={real.started || real.problem ? real : dry} />
            <Group justify="flex-end">
              {!real.over && (
                <Button variant="default" onClick={() => void choose(null)}>
                  {words.t('ui.import.other')}
                </Button>
              )}
              {!real.started && columns && (
                <Button
                  variant={dry.outcome ? 'default' : 'filled'}
                  onClick={() => void dry.run(file, mapping, true)}
                >
                  {words.t('ui.import.try')}
                </Button>
              )}
              {!real.started && dry.outcome && (
                <Button onClick={() => void real.run(file, mapping, false)} disabled={good === 0}>
                  {dry.outcome.refused ? words.t('ui.import.go.part', { n: good }) : words.t('ui.import.go')}
                </Button>
              )}
              {real.over && (
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

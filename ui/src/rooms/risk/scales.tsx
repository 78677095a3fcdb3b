// The scales of a methodology: steps of likelihood and consequence, criteria, levels, and the matrix that joins them.
import {
  ActionIcon,
  Button,
  Group,
  Input,
  NumberInput,
  Select,
  Stack,
  Table,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconMinus, IconPlus, IconTrash } from '@tabler/icons-react';
import { useContext, useState } from 'react';
import type { InputProps } from '../../core/fields/input';
import { useWords } from '../../core/labels';
import { methodOf, type Method } from '../../core/method';
import { SchemaContext } from '../../core/schema';
import type { Tone } from '../../core/types';
import { LevelBadge } from '../../core/ui/level';

interface Step {
  title: string;
  description?: string;
}

interface Criterion {
  name: string;
  title: string;
  steps: string[];
}

interface LevelData {
  name: string;
  title: string;
  tone: Tone;
  appetite: string;
  approver: string;
}

export interface Scales {
  likelihood: Step[];
  consequence: Step[];
  criteria: Criterion[];
  levels: LevelData[];
  matrix: number[][];
  acceptance_days: number;
}

const EMPTY: Scales = { likelihood: [], consequence: [], criteria: [], levels: [], matrix: [], acceptance_days: 365 };
const FEWEST = 2;
const MOST = 10;
const TONES: Tone[] = ['good', 'active', 'warning', 'bad'];
const APPETITES = ['acceptable', 'tolerable', 'unacceptable'];

function slug(title: string): string {
  return title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
}

/** After steps or levels came or went: every cell has a level that exists. */
export function fitted(scales: Scales): Scales {
  const highest = Math.max(0, scales.levels.length - 1);
  const matrix = scales.likelihood.map((_, row) =>
    scales.consequence.map((__, column) => {
      const near = scales.matrix[Math.min(row, scales.matrix.length - 1)];
      return Math.min(highest, near?.[Math.min(column, near.length - 1)] ?? 0);
    }),
  );
  const criteria = scales.criteria.map((criterion) => ({
    ...criterion,
    steps: scales.consequence.map((step, index) => criterion.steps[index] ?? step.title),
  }));
  return { ...scales, matrix, criteria };
}

function replaced<T>(list: T[], index: number, item: T): T[] {
  return list.map((one, at) => (at === index ? item : one));
}

interface PartProps {
  scales: Scales;
  onChange: (scales: Scales) => void;
}

interface MeaningProps {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (value: string) => void;
}

/** One line of text that is read in full: it takes as many as it needs. */
function Meaning({ label, value, placeholder, onChange }: MeaningProps) {
  return (
    <Textarea
      size="xs"
      flex={1}
      autosize
      minRows={1}
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replaceAll('\n', ' '))}
    />
  );
}

function Steps({ name, scales, onChange }: PartProps & { name: 'likelihood' | 'consequence' }) {
  const words = useWords();
  const steps = scales[name];
  const set = (next: Step[]) => onChange(fitted({ ...scales, [name]: next }));
  return (
    <section aria-label={words.t(`ui.scales.${name}`)}>
      <Group justify="space-between" mb={4}>
        <h2 className="minor">{words.t(`ui.scales.${name}`)}</h2>
        <Group gap={4}>
          <ActionIcon
            disabled={steps.length <= FEWEST}
            onClick={() => set(steps.slice(0, -1))}
            aria-label={words.t('ui.scales.fewer')}
          >
            <IconMinus size={15} />
          </ActionIcon>
          <ActionIcon
            disabled={steps.length >= MOST}
            onClick={() => set([...steps, { title: String(steps.length + 1) }])}
            aria-label={words.t('ui.scales.more')}
          >
            <IconPlus size={15} />
          </ActionIcon>
        </Group>
      </Group>
      <Stack gap={4}>
        {steps.map((step, index) => (
          <Group key={index} gap={6} wrap="nowrap">
            <Text size="xs" c="dimmed" w={16} className="number">
              {index + 1}
            </Text>
            <TextInput
              size="xs"
              w={150}
              aria-label={words.t('ui.scales.step', { n: index + 1 })}
              value={step.title}
              onChange={(event) => set(replaced(steps, index, { ...step, title: event.currentTarget.value }))}
            />
            <Meaning
              label={words.t('ui.scales.meaning', { n: index + 1 })}
              placeholder={words.t('ui.scales.meaning.short')}
              value={step.description ?? ''}
              onChange={(description) => set(replaced(steps, index, { ...step, description }))}
            />
          </Group>
        ))}
      </Stack>
    </section>
  );
}

function Criteria({ scales, onChange }: PartProps) {
  const words = useWords();
  const set = (criteria: Criterion[]) => onChange(fitted({ ...scales, criteria }));
  return (
    <section aria-label={words.t('ui.scales.criteria')}>
      <h2 className="minor">{words.t('ui.scales.criteria')}</h2>
      <Table.ScrollContainer minWidth={640}>
        <Table verticalSpacing={4} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.t('ui.scales.criterion')}</Table.Th>
              {scales.consequence.map((step, index) => (
                <Table.Th key={index} fw={500}>
                  {index + 1} {step.title}
                </Table.Th>
              ))}
              <Table.Th>
                <span className="visually-hidden">{words.t('ui.remove')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {scales.criteria.map((criterion, index) => (
              <Table.Tr key={index}>
                <Table.Td>
                  <TextInput
                    size="xs"
                    aria-label={words.t('ui.scales.criterion')}
                    value={criterion.title}
                    onChange={(event) => {
                      const title = event.currentTarget.value;
                      set(
                        replaced(scales.criteria, index, {
                          ...criterion,
                          title,
                          name: slug(title) || criterion.name,
                        }),
                      );
                    }}
                  />
                </Table.Td>
                {criterion.steps.map((text, step) => (
                  <Table.Td key={step}>
                    <Meaning
                      label={`${criterion.title} ${step + 1}`}
                      value={text}
                      onChange={(next) =>
                        set(
                          replaced(scales.criteria, index, {
                            ...criterion,
                            steps: replaced(criterion.steps, step, next),
                          }),
                        )
                      }
                    />
                  </Table.Td>
                ))}
                <Table.Td>
                  <ActionIcon
                    disabled={scales.criteria.length <= 1}
                    onClick={() => set(scales.criteria.filter((_, at) => at !== index))}
                    aria-label={`${words.t('ui.remove')}: ${criterion.title}`}
                  >
                    <IconTrash size={14} />
                  </ActionIcon>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={13} />}
        onClick={() => {
          const n = scales.criteria.length + 1;
          set([
            ...scales.criteria,
            { name: `criterion_${n}`, title: words.t('ui.scales.criterion.n', { n }), steps: [] },
          ]);
        }}
      >
        {words.t('ui.scales.criterion.add')}
      </Button>
    </section>
  );
}

function Levels({ scales, onChange }: PartProps) {
  const words = useWords();
  const roles = useContext(SchemaContext)?.roles ?? [];
  const set = (levels: LevelData[]) => onChange(fitted({ ...scales, levels }));
  const choice = (
    index: number,
    level: LevelData,
    name: 'tone' | 'appetite' | 'approver',
    data: { value: string; label: string }[],
  ) => (
    <Select
      size="xs"
      aria-label={`${words.t(`ui.scales.${name}`)}: ${level.title}`}
      data={data}
      value={level[name]}
      onChange={(value) => set(replaced(scales.levels, index, { ...level, [name]: value ?? '' }))}
      allowDeselect={false}
    />
  );
  return (
    <section aria-label={words.t('ui.scales.levels')}>
      <Group justify="space-between" mb={4}>
        <h2 className="minor">{words.t('ui.scales.levels')}</h2>
        <Group gap={4}>
          <ActionIcon
            disabled={scales.levels.length <= FEWEST}
            onClick={() => set(scales.levels.slice(0, -1))}
            aria-label={words.t('ui.scales.level.fewer')}
          >
            <IconMinus size={15} />
          </ActionIcon>
          <ActionIcon
            disabled={scales.levels.length >= MOST}
            onClick={() => {
              const n = scales.levels.length + 1;
              set([
                ...scales.levels,
                {
                  name: `level_${n}`,
                  title: words.t('ui.scales.level.n', { n }),
                  tone: 'bad',
                  appetite: 'unacceptable',
                  approver: '',
                },
              ]);
            }}
            aria-label={words.t('ui.scales.level.more')}
          >
            <IconPlus size={15} />
          </ActionIcon>
        </Group>
      </Group>
      <Table.ScrollContainer minWidth={560}>
        <Table verticalSpacing={4} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {(['level', 'tone', 'appetite', 'approver'] as const).map((name) => (
                <Table.Th key={name} fw={500}>
                  {words.t(`ui.scales.${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {scales.levels.map((level, index) => (
              <Table.Tr key={index}>
                <Table.Td>
                  <TextInput
                    size="xs"
                    aria-label={words.t('ui.scales.level')}
                    value={level.title}
                    onChange={(event) =>
                      set(replaced(scales.levels, index, { ...level, title: event.currentTarget.value }))
                    }
                  />
                </Table.Td>
                <Table.Td>
                  {choice(
                    index,
                    level,
                    'tone',
                    TONES.map((tone) => ({ value: tone, label: words.t(`ui.tone.${tone}` as 'ui.tone.good') })),
                  )}
                </Table.Td>
                <Table.Td>
                  {choice(
                    index,
                    level,
                    'appetite',
                    APPETITES.map((value) => ({ value, label: words.choice('risk', 'appetite', value) })),
                  )}
                </Table.Td>
                <Table.Td>
                  {choice(index, level, 'approver', [
                    { value: '', label: words.t('ui.scales.anybody') },
                    ...roles.map((role) => ({ value: role, label: words.label(`role.${role}`) })),
                  ])}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

interface GridProps {
  scales: Scales;
  method: Method;
  onPaint?: (row: number, column: number) => void;
}

function Grid({ scales, method, onPaint }: GridProps) {
  const words = useWords();
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.scales.matrix')}>
      <table className="heat heat-small">
        <tbody>
          {scales.likelihood
            .map((step, row) => ({ step, row }))
            .reverse()
            .map(({ step, row }) => (
              <tr key={row}>
                <th scope="row">{step.title}</th>
                {scales.consequence.map((consequence, column) => {
                  const level = method.levels[scales.matrix[row]?.[column] ?? 0];
                  const style = {
                    background: level && `color-mix(in oklab, ${level.colour} var(--heat), var(--surface))`,
                  };
                  const label = words.t('ui.scales.cell', {
                    likelihood: step.title,
                    consequence: consequence.title,
                    level: level?.title ?? '',
                  });
                  if (!onPaint)
                    return (
                      <td key={column} className="cell" style={style}>
                        {level?.title}
                      </td>
                    );
                  return (
                    <td key={column} className="cell" style={style}>
                      <button type="button" className="paint" onClick={() => onPaint(row, column)} aria-label={label}>
                        {level?.title}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
        </tbody>
        <tfoot>
          <tr>
            <td />
            {scales.consequence.map((step, index) => (
              <th key={index} scope="col">
                {step.title}
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Matrix({ scales, onChange }: PartProps) {
  const words = useWords();
  const [brush, setBrush] = useState(0);
  const method = methodOf({ scales });
  if (!method) return null;
  const paint = (row: number, column: number) => {
    const matrix = replaced(scales.matrix, row, replaced(scales.matrix[row] ?? [], column, brush));
    onChange({ ...scales, matrix });
  };
  return (
    <section>
      <h2 className="minor">{words.t('ui.scales.matrix')}</h2>
      <Text size="xs" c="dimmed" mb={6}>
        {words.t('ui.scales.matrix.text')}
      </Text>
      <Group gap={6} mb={6} role="radiogroup" aria-label={words.t('ui.scales.level')}>
        {method.levels.map((level, index) => (
          <Tooltip key={level.name} label={words.choice('risk', 'appetite', level.appetite)}>
            <Button
              size="compact-sm"
              variant="default"
              role="radio"
              aria-checked={brush === index}
              className={brush === index ? 'brush brush-on' : 'brush'}
              onClick={() => setBrush(index)}
            >
              <LevelBadge level={level} />
            </Button>
          </Tooltip>
        ))}
      </Group>
      <Grid scales={scales} method={method} onPaint={paint} />
    </section>
  );
}

function scalesOf(value: unknown): Scales {
  return { ...EMPTY, ...(typeof value === 'object' ? (value as Partial<Scales>) : {}) };
}

export function ScalesEditor({ value, onChange, error }: InputProps) {
  const words = useWords();
  const scales = scalesOf(value);
  const part = { scales, onChange };
  return (
    <Input.Wrapper error={error}>
      <Stack gap="xl">
        <div className="home">
          <Steps name="likelihood" {...part} />
          <Steps name="consequence" {...part} />
        </div>
        <Criteria {...part} />
        <Levels {...part} />
        <Matrix {...part} />
        <NumberInput
          maw={320}
          label={words.t('ui.scales.days')}
          min={1}
          max={3660}
          value={scales.acceptance_days}
          onChange={(days) => onChange({ ...scales, acceptance_days: Number(days) })}
        />
      </Stack>
    </Input.Wrapper>
  );
}

export function ScalesView({ value }: { value: unknown }) {
  const words = useWords();
  const scales = scalesOf(value);
  const method = methodOf({ scales });
  if (!method) return null;
  return (
    <Stack gap="md">
      <Grid scales={scales} method={method} />
      <Table.ScrollContainer minWidth={520}>
        <Table fz="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.t('ui.scales.criterion')}</Table.Th>
              {scales.consequence.map((step, index) => (
                <Table.Th key={index}>
                  {index + 1} {step.title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {scales.criteria.map((criterion) => (
              <Table.Tr key={criterion.name}>
                <Table.Th scope="row">{criterion.title}</Table.Th>
                {criterion.steps.map((step, index) => (
                  <Table.Td key={index}>{step}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <ul className="lines">
        {method.levels.map((level) => (
          <li key={level.name}>
            <LevelBadge level={level} />
            <Text size="xs" c="dimmed" flex={1}>
              {words.choice('risk', 'appetite', level.appetite)}
            </Text>
            {level.role && (
              <Text size="xs">
                {words.t('ui.scales.approver')}: {words.label(`role.${level.role}`)}
              </Text>
            )}
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed">
        {words.t('ui.scales.days')}: {scales.acceptance_days}
      </Text>
    </Stack>
  );
}

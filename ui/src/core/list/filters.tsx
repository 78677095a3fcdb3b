// Filters as words above the list: one for each condition, opened to change it, removed with its cross.
import {
  ActionIcon,
  Button,
  CloseButton,
  Group,
  Menu,
  MultiSelect,
  Popover,
  ScrollArea,
  SegmentedControl,
  Stack,
  TextInput,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { IconFilter, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { FieldValue } from '../fields/value';
import { RecordsInput } from '../fields/records';
import { scaleSteps, useMethod } from '../method';
import { useWords, type Words } from '../labels';
import type { Field, Register } from '../types';
import { filterField, filterName, type Filter, type ListState } from './state';

const RANGED = ['number', 'decimal', 'scale', 'date', 'time'];
const LISTED = ['choices', 'links', 'records'];

function statusField(register: Register): Field {
  return {
    name: 'status',
    kind: 'choice',
    group: '',
    required: false,
    derived: true,
    list: true,
    search: false,
    unique: false,
    fixed: false,
    max: null,
    min: null,
    target: null,
    targets: null,
    choices: register.states.map((state) => state.name),
    scale: null,
    custom: false,
  };
}

/** Fields that a list can be narrowed by. */
export function filterable(register: Register): Field[] {
  const fields = register.fields.filter(
    (field) => field.name !== 'status' && !['prose', 'data', 'ratings'].includes(field.kind),
  );
  return register.states.length ? [statusField(register), ...fields] : fields;
}

interface EditorProps {
  register: Register;
  field: Field;
  state: ListState;
}

function valueAt(state: ListState, key: string): string {
  return state.filters.find((filter) => filter.key === key)?.value ?? '';
}

function RangeEditor({ field, state }: EditorProps) {
  const { t } = useWords();
  const name = filterName(field);
  const input = (operator: 'gte' | 'lte') => {
    const key = `${name}.${operator}`;
    const label = t(operator === 'gte' ? 'ui.filter.from' : 'ui.filter.to');
    const set = (value: string | null) => state.set({ [key]: value });
    if (field.kind === 'date' || field.kind === 'time') {
      const value = valueAt(state, key).slice(0, 10) || null;
      return <DateInput label={label} value={value} onChange={set} valueFormat={t('ui.date.format')} clearable />;
    }
    return (
      <TextInput
        label={label}
        type="number"
        value={valueAt(state, key)}
        onChange={(event) => set(event.currentTarget.value)}
      />
    );
  };
  return (
    <Group grow>
      {input('gte')}
      {input('lte')}
    </Group>
  );
}

function AnyEditor({ register, field, state }: EditorProps) {
  const words = useWords();
  const method = useMethod();
  const key = LISTED.includes(field.kind) ? `${filterName(field)}.has` : filterName(field);
  const values = valueAt(state, key).split(',').filter(Boolean);
  const set = (next: string[]) => state.set({ [key]: next.join(',') });
  if (field.kind === 'link' || field.kind === 'links') {
    return (
      <RecordsInput
        targets={field.target ? [field.target] : []}
        by="id"
        value={values.map(Number)}
        onChange={(next) => set((next as unknown[]).map(String))}
        aria-label={words.field(register.name, field)}
      />
    );
  }
  const steps = scaleSteps(method, field.scale);
  const data =
    field.kind === 'boolean'
      ? [
          { value: '1', label: words.t('ui.yes') },
          { value: '0', label: words.t('ui.no') },
        ]
      : steps.length
        ? steps.map((step, index) => ({ value: String(index + 1), label: `${index + 1} · ${step.title}` }))
        : (field.choices ?? []).map((choice) => ({
            value: choice,
            label: choiceLabel(words, register, field, choice),
          }));
  return (
    <MultiSelect
      data={data}
      value={values}
      onChange={set}
      searchable={data.length > 8}
      aria-label={words.field(register.name, field)}
      comboboxProps={{ withinPortal: false }}
      placeholder={values.length ? undefined : words.t('ui.filter.any')}
    />
  );
}

function choiceLabel(words: Words, register: Register, field: Field, choice: string): string {
  return field.name === 'status'
    ? words.state(register.name, choice)
    : words.choice(register.name, field.name, choice);
}

function Editor(props: EditorProps) {
  const { t } = useWords();
  const { field, state } = props;
  const name = filterName(field);
  const empty = `${name}.empty`;
  const own = field.kind === 'tags' ? `${name}.has` : name;
  const listed = ['choice', 'choices', 'link', 'links', 'boolean', 'scale'].includes(field.kind);
  return (
    <Stack gap="xs" w={300}>
      {listed && <AnyEditor {...props} />}
      {RANGED.includes(field.kind) && <RangeEditor {...props} />}
      {!listed && !RANGED.includes(field.kind) && (
        <TextInput
          label={t('ui.filter.equal')}
          value={valueAt(state, own)}
          onChange={(event) => state.set({ [own]: event.currentTarget.value })}
        />
      )}
      {!field.required && field.kind !== 'boolean' && (
        <SegmentedControl
          size="xs"
          fullWidth
          value={valueAt(state, empty) || 'any'}
          onChange={(value) => state.set({ [empty]: value === 'any' ? null : value })}
          data={[
            { value: 'any', label: t('ui.filter.any') },
            { value: '0', label: t('ui.filter.filled') },
            { value: '1', label: t('ui.filter.empty') },
          ]}
        />
      )}
    </Stack>
  );
}

const SIGNS: Record<string, string> = { gte: '≥', lte: '≤', gt: '>', lt: '<', ne: '≠', has: '∋', '': '=' };

function Condition({ register, field, filter }: { register: Register; field: Field; filter: Filter }) {
  const words = useWords();
  const { operator } = filterField(filter.key);
  if (operator === 'empty') return <>{words.t(filter.value === '1' ? 'ui.filter.empty' : 'ui.filter.filled')}</>;
  const values = filter.value.split(',');
  const first = values.slice(0, 2).map((value) => {
    if (field.name === 'status') return words.state(register.name, value);
    if (field.kind === 'choice' || field.kind === 'choices') return words.choice(register.name, field.name, value);
    if (field.kind === 'boolean') return words.t(value === '1' || value === 'true' ? 'ui.yes' : 'ui.no');
    return null;
  });
  const texts = first.filter((text) => text !== null);
  const more = values.length > 2 ? ` +${values.length - 2}` : '';
  if (texts.length) return <>{texts.join(', ') + more}</>;
  if (field.kind === 'date' || field.kind === 'time') {
    return (
      <>
        {SIGNS[operator]} <FieldValue register={register} field={field} value={filter.value} brief />
      </>
    );
  }
  return (
    <>
      {SIGNS[operator]} {values.slice(0, 2).join(', ') + more}
    </>
  );
}

interface PillProps extends EditorProps {
  filters: Filter[];
  opened: boolean;
  onOpen: (open: boolean) => void;
}

function Pill({ register, field, state, filters, opened, onOpen }: PillProps) {
  const words = useWords();
  const label = words.field(register.name, field);
  const clear = () => {
    state.set(Object.fromEntries(filters.map((filter) => [filter.key, null])));
    onOpen(false);
  };
  return (
    <Popover opened={opened} onChange={onOpen} position="bottom-start" shadow="md" trapFocus withinPortal>
      <Group gap={0} className="pill" wrap="nowrap">
        <Popover.Target>
          <button type="button" className="pill-text" onClick={() => onOpen(!opened)}>
            <strong>{label}</strong>{' '}
            {filters.map((filter) => (
              <span key={filter.key}>
                <Condition register={register} field={field} filter={filter} />{' '}
              </span>
            ))}
          </button>
        </Popover.Target>
        <CloseButton
          size={24}
          iconSize={12}
          onClick={clear}
          aria-label={words.t('ui.filter.remove', { field: label })}
        />
      </Group>
      <Popover.Dropdown>
        <Editor register={register} field={field} state={state} />
      </Popover.Dropdown>
    </Popover>
  );
}

export function Filters({ register, state }: { register: Register; state: ListState }) {
  const words = useWords();
  const [open, setOpen] = useState<string | null>(null);
  const fields = filterable(register);
  const of = (field: Field) => state.filters.filter((filter) => filterField(filter.key).name === field.name);
  const active = fields.filter((field) => of(field).length > 0 || open === field.name);
  const [search, setSearch] = useState('');
  const shown = fields.filter((field) =>
    words.field(register.name, field).toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <Group gap={6} role="group" aria-label={words.t('ui.filter.title')}>
      {active.map((field) => (
        <Pill
          key={field.name}
          register={register}
          field={field}
          state={state}
          filters={of(field)}
          opened={open === field.name}
          onOpen={(next) => setOpen(next ? field.name : null)}
        />
      ))}
      <Menu position="bottom-start" onClose={() => setSearch('')}>
        <Menu.Target>
          {active.length ? (
            <ActionIcon aria-label={words.t('ui.filter.add')} variant="default">
              <IconPlus size={15} />
            </ActionIcon>
          ) : (
            <Button variant="default" leftSection={<IconFilter size={14} />}>
              {words.t('ui.filter.add')}
            </Button>
          )}
        </Menu.Target>
        <Menu.Dropdown>
          <TextInput
            size="xs"
            m={4}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            placeholder={words.t('ui.filter.which')}
            aria-label={words.t('ui.filter.which')}
            data-autofocus
          />
          <ScrollArea.Autosize mah={340} type="auto">
            {shown.map((field) => (
              <Menu.Item key={field.name} onClick={() => setTimeout(() => setOpen(field.name))}>
                {words.field(register.name, field)}
              </Menu.Item>
            ))}
          </ScrollArea.Autosize>
        </Menu.Dropdown>
      </Menu>
      {state.filters.length > 1 && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => state.set(Object.fromEntries(state.filters.map((filter) => [filter.key, null])))}
        >
          {words.t('ui.filter.clear')}
        </Button>
      )}
    </Group>
  );
}

// How a field is typed: one input for each kind, with the server's sentence under it when it is wrong.
import {
  Checkbox,
  Input,
  JsonInput,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Skeleton,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Textarea,
} from '@mantine/core';
import { DateInput, DateTimePicker } from '@mantine/dates';
import { Suspense, useContext, useState, type ReactNode } from 'react';
import { useWords, type Words } from '../labels';
import { scaleSteps, useMethod, type Method } from '../method';
import type { Field, Ref, Register } from '../types';
import { Prose } from '../ui/prose';
import { isEmpty, refsOf } from '../values';
import { DataFields } from './data';
import { RecordInput, RecordsInput } from './records';

export interface InputProps {
  register: Register;
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string;
  disabled?: boolean;
  /** What the record held when it was read, for the titles of its links. */
  known?: unknown;
  /** Asked for here, though the register can do without it. */
  demanded?: boolean;
  /** Without its label, which stands elsewhere (in a table). */
  bare?: boolean;
}

interface Common {
  name: string;
  label?: ReactNode;
  'aria-label'?: string;
  description?: ReactNode;
  error?: ReactNode;
  withAsterisk?: boolean;
  disabled?: boolean;
}

interface Drawing extends InputProps {
  common: Common;
  words: Words;
  method: Method | undefined;
}

function ProseInput({ value, onChange, common, words }: Drawing) {
  const [reading, setReading] = useState(false);
  const text = typeof value === 'string' ? value : '';
  const toggle = (
    <SegmentedControl
      size="xs"
      value={reading ? 'read' : 'write'}
      onChange={(next) => setReading(next === 'read')}
      data={[
        { value: 'write', label: words.t('ui.prose.write') },
        { value: 'read', label: words.t('ui.prose.read') },
      ]}
      aria-label={words.t('ui.prose.mode')}
    />
  );
  if (reading) {
    return (
      <Input.Wrapper label={common.label} error={common.error}>
        <div className="surface" style={{ padding: 10, minHeight: 84 }}>
          <Prose text={text || '–'} />
        </div>
        {toggle}
      </Input.Wrapper>
    );
  }
  return (
    <Stack gap={4}>
      <Textarea
        {...common}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={18}
      />
      {text.length > 0 && <div>{toggle}</div>}
    </Stack>
  );
}

function ScaleInput({ field, value, onChange, common, method }: Drawing) {
  const steps = scaleSteps(method, field.scale);
  const count = steps.length || field.max || 5;
  const data = Array.from({ length: count }, (_, index) => ({
    value: String(index + 1),
    label: steps[index]?.title ? `${index + 1} · ${steps[index].title}` : String(index + 1),
  }));
  return (
    <Select
      {...common}
      data={data}
      value={typeof value === 'number' ? String(value) : null}
      onChange={(text) => onChange(text === null ? null : Number(text))}
      clearable={!field.required}
      allowDeselect={!field.required}
    />
  );
}

function RatingsInput({ value, onChange, common, words, method, disabled }: Drawing) {
  const ratings = (isEmpty(value) ? {} : value) as Record<string, number>;
  const names = method?.criteria.length ? method.criteria.map((item) => item.name) : Object.keys(ratings);
  return (
    <Input.Wrapper {...common} labelElement="div">
      <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="xs" mt={4}>
        {names.map((name) => {
          const criterion = method?.criteria.find((item) => item.name === name);
          const steps = criterion?.steps ?? [];
          return (
            <Select
              key={name}
              size="xs"
              label={criterion?.title ?? words.label(`criterion.${name}`)}
              disabled={disabled}
              clearable
              data={Array.from({ length: steps.length || 5 }, (_, index) => ({
                value: String(index + 1),
                label: steps[index]?.title ? `${index + 1} · ${steps[index].title}` : String(index + 1),
              }))}
              value={ratings[name] ? String(ratings[name]) : null}
              onChange={(text) => {
                const rest = Object.fromEntries(Object.entries(ratings).filter(([key]) => key !== name));
                onChange(text === null ? rest : { ...rest, [name]: Number(text) });
              }}
            />
          );
        })}
      </SimpleGrid>
    </Input.Wrapper>
  );
}

function DataInput(props: Drawing) {
  const own = useContext(DataFields)[`${props.register.name}.${props.field.name}`]?.edit;
  const [text, setText] = useState(() => (isEmpty(props.value) ? '' : JSON.stringify(props.value, null, 2)));
  if (own) {
    const Own = own;
    return (
      <Suspense fallback={<Skeleton height={200} />}>
        <Own {...props} />
      </Suspense>
    );
  }
  return (
    <JsonInput
      {...props.common}
      value={text}
      formatOnBlur
      autosize
      minRows={4}
      maxRows={24}
      validationError={props.words.t('ui.data.wrong')}
      onChange={(next) => {
        setText(next);
        try {
          props.onChange(next.trim() ? (JSON.parse(next) as unknown) : null);
        } catch {
          // Half-typed: what was valid last stands until it is valid again.
        }
      }}
    />
  );
}

function recordProps({ field, value, onChange, known, common, disabled }: Drawing, by: 'id' | 'reference') {
  const targets = field.target ? [field.target] : (field.targets ?? []);
  return {
    targets,
    by,
    value,
    onChange,
    disabled,
    known: refsOf(known) as Ref[],
    name: common.name,
    label: common.label,
    'aria-label': common['aria-label'],
    description: common.description,
    error: common.error,
    required: common.withAsterisk,
  };
}

const choices = ({ register, field, words }: Drawing) =>
  (field.choices ?? []).map((choice) => ({ value: choice, label: words.choice(register.name, field.name, choice) }));

function NumberField({ field, value, onChange, common, words }: Drawing) {
  return (
    <NumberInput
      {...common}
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => onChange(next === '' ? null : Number(next))}
      allowDecimal={field.kind === 'decimal'}
      min={field.min ?? undefined}
      max={field.max ?? undefined}
      decimalSeparator={words.language === 'en' ? '.' : ','}
      hideControls={field.kind === 'decimal'}
    />
  );
}

const DRAW: Record<Field['kind'], (props: Drawing) => ReactNode> = {
  text: ({ field, value, onChange, common }) => (
    <TextInput
      {...common}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={field.max ?? undefined}
    />
  ),
  tags: ({ value, onChange, common }) => (
    <TagsInput {...common} value={(value as string[] | null) ?? []} onChange={onChange} clearable />
  ),
  prose: (props) => <ProseInput {...props} />,
  number: (props) => <NumberField {...props} />,
  decimal: (props) => <NumberField {...props} />,
  boolean: ({ value, onChange, common }) => (
    <Checkbox
      name={common.name}
      label={common.label}
      aria-label={common['aria-label']}
      description={common.description}
      error={common.error}
      disabled={common.disabled}
      checked={value === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  ),
  scale: (props) => <ScaleInput {...props} />,
  ratings: (props) => <RatingsInput {...props} />,
  date: ({ value, onChange, common, words }) => (
    <DateInput
      {...common}
      value={typeof value === 'string' ? value : null}
      onChange={onChange}
      valueFormat={words.t('ui.date.format')}
      clearable
    />
  ),
  time: ({ value, onChange, common, words }) => (
    <DateTimePicker
      {...common}
      value={typeof value === 'string' ? new Date(value) : null}
      onChange={(next) => onChange(next ? new Date(next).toISOString() : null)}
      valueFormat={`${words.t('ui.date.format')} HH:mm`}
      clearable
    />
  ),
  choice: (props) => (
    <Select
      {...props.common}
      data={choices(props)}
      value={typeof props.value === 'string' ? props.value : null}
      onChange={props.onChange}
      clearable={!props.field.required}
      allowDeselect={!props.field.required}
      searchable={(props.field.choices?.length ?? 0) > 8}
    />
  ),
  choices: (props) => (
    <MultiSelect
      {...props.common}
      data={choices(props)}
      value={(props.value as string[] | null) ?? []}
      onChange={props.onChange}
      clearable
      searchable
    />
  ),
  link: (props) => <RecordInput {...recordProps(props, 'id')} />,
  links: (props) => <RecordsInput {...recordProps(props, 'id')} />,
  record: (props) => <RecordInput {...recordProps(props, 'reference')} />,
  records: (props) => <RecordsInput {...recordProps(props, 'reference')} />,
  data: (props) => <DataInput {...props} />,
};

export function FieldInput(props: InputProps) {
  const words = useWords();
  const method = useMethod();
  const { register, field } = props;
  const label = words.field(register.name, field);
  const common: Common = {
    name: field.name,
    label: props.bare ? undefined : label,
    'aria-label': props.bare ? label : undefined,
    description: props.bare ? undefined : words.fieldHelp(register.name, field.name),
    error: props.error ? (
      <Text span inherit>
        {props.error}
      </Text>
    ) : undefined,
    withAsterisk: (field.required || props.demanded) && !props.bare,
    disabled: props.disabled,
  };
  return <>{DRAW[field.kind]({ ...props, common, words, method })}</>;
}

/** Fields that need the whole width of a form. */
export function isWide(field: Field): boolean {
  return ['prose', 'data', 'ratings', 'links', 'records'].includes(field.kind);
}

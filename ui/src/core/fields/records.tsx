// Choosing records: typing searches the register; what was seen once keeps its title.
import { MultiSelect, Select, Text, type ComboboxItem } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { api } from '../api';
import { useWords } from '../labels';
import { useSchema } from '../schema';
import type { Page, Rec, Ref, Register } from '../types';
import { isRef, nameOf, titleOf } from '../values';
import { Missed } from '../ui/trouble';

interface Option extends ComboboxItem {
  reference: string;
  register: string;
}

export interface RecordInputProps {
  /** Registers that may be chosen from; none means all. */
  targets: string[];
  /** What the server expects: the number of one register's record, or the reference of any register's. */
  by: 'id' | 'reference';
  value: unknown;
  onChange: (value: unknown) => void;
  /** Records already known with their titles. */
  known?: Ref[];
  label?: ReactNode;
  description?: ReactNode;
  error?: ReactNode;
  required?: boolean;
  disabled?: boolean;
  placeholder?: string;
  name?: string;
  autoFocus?: boolean;
  'aria-label'?: string;
}

function option(ref: Ref, by: 'id' | 'reference'): Option {
  const key = by === 'id' ? String(ref.id) : ref.reference;
  return { value: key, label: nameOf(ref), reference: ref.reference, register: ref.register };
}

function refOf(record: Rec, register: Register): Ref {
  const { id, reference } = record;
  const cited = register.cited_field ? record[register.cited_field] : undefined;
  return {
    id,
    reference,
    title: titleOf(record, register),
    register: register.name,
    ...(typeof cited === 'string' ? { identifier: cited } : {}),
  };
}

/** Nothing typed yet: the newest of each register that may be chosen from. */
async function firstOf(registers: Register[], signal: AbortSignal): Promise<Ref[]> {
  const pages = await Promise.all(
    registers.map((register) => api<Page>(`/${register.name}`, { query: { limit: 15, sort: '-id' }, signal })),
  );
  return pages.flatMap((page, index) => page.items.map((record) => refOf(record, registers[index] as Register)));
}

function useFound(targets: string[], search: string, enabled: boolean) {
  const { byName } = useSchema();
  const target = targets.length === 1 ? byName.get(targets[0] ?? '') : undefined;
  return useQuery({
    queryKey: ['data', 'choose', targets, search],
    queryFn: async ({ signal }) => {
      if (target) {
        const page = await api<Page>(`/${target.name}`, { query: { q: search, limit: 30 }, signal });
        return page.items.map((record) => refOf(record, target));
      }
      if (!search)
        return firstOf(
          targets.flatMap((name) => byName.get(name) ?? []),
          signal,
        );
      const found = await api<{ items: Ref[] }>('/search', { query: { q: search, limit: 30 }, signal });
      return targets.length ? found.items.filter((item) => targets.includes(item.register)) : found.items;
    },
    enabled: enabled && (targets.length > 0 || search.length > 0),
    placeholderData: (previous) => previous,
  });
}

/** Why there is nothing to choose from: nothing fits, it is still being looked for, or that failed. */
function Nothing({ found }: { found: ReturnType<typeof useFound> }) {
  const words = useWords();
  if (found.error) return <Missed of={found} />;
  return <Text size="sm">{words.t(found.isFetching ? 'ui.loading' : 'ui.choose.none')}</Text>;
}

/** Titles of chosen records that no search has shown yet. */
function useMissing(targets: string[], missing: string[]): Ref[] {
  const { byName } = useSchema();
  const target = targets.length === 1 ? byName.get(targets[0] ?? '') : undefined;
  return useQueries({
    queries: missing.map((id) => ({
      queryKey: ['data', 'titled', targets[0], id],
      queryFn: () => api<Rec>(`/${targets[0]}/${id}`),
      enabled: target !== undefined,
      staleTime: 300_000,
    })),
    combine: (results) => results.flatMap((result) => (result.data && target ? [refOf(result.data, target)] : [])),
  });
}

function useOptions(props: RecordInputProps, chosen: string[], search: string, open: boolean) {
  const { targets, by, known } = props;
  const [typed] = useDebouncedValue(search, 200);
  const found = useFound(targets, typed, open);
  const refs = found.data;
  const given = useMemo(() => (known ?? []).filter(isRef).map((ref) => option(ref, by)), [known, by]);
  const options = useMemo(
    () => new Map([...given, ...(refs ?? []).map((ref) => option(ref, by))].map((item) => [item.value, item])),
    [given, refs, by],
  );
  const missing = useMissing(targets, by === 'id' ? chosen.filter((key) => !options.has(key)) : []);
  const all = useMemo(() => {
    const all = new Map(options);
    for (const ref of missing) all.set(String(ref.id), option(ref, by));
    for (const key of chosen) {
      if (!all.has(key))
        all.set(key, { value: key, label: by === 'id' ? `#${key}` : key, reference: key, register: '' });
    }
    return [...all.values()];
  }, [options, missing, chosen, by]);
  return { options: all, found };
}

const everything = ({ options }: { options: unknown[] }) => options as never;

function renderOption({ option: item }: { option: ComboboxItem }) {
  return (
    <span style={{ display: 'flex', gap: 8, alignItems: 'baseline' }}>
      <span className="reference">{(item as Option).reference}</span>
      <span>{item.label}</span>
    </span>
  );
}

const key = (value: unknown) =>
  value === null || value === undefined ? null : String(isRef(value) ? value.id : value);
const back = (text: string, by: 'id' | 'reference') => (by === 'id' && /^\d+$/.test(text) ? Number(text) : text);

export function RecordInput(props: RecordInputProps) {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState(false);
  const value = key(props.value);
  const chosen = useMemo(() => (value ? [value] : []), [value]);
  const current = useOptions(props, chosen, '', false).options.find((item) => item.value === value);
  const { options, found } = useOptions(props, chosen, search === current?.label ? '' : search, open);
  return (
    <Select
      name={props.name}
      autoFocus={props.autoFocus}
      label={props.label}
      aria-label={props['aria-label']}
      description={props.description}
      error={props.error}
      withAsterisk={props.required}
      disabled={props.disabled}
      placeholder={props.placeholder ?? t('ui.choose.search')}
      data={options}
      value={value}
      onChange={(text) => props.onChange(text === null ? null : back(text, props.by))}
      searchable
      clearable
      onSearchChange={setSearch}
      onDropdownOpen={() => setOpen(true)}
      filter={everything}
      renderOption={renderOption}
      nothingFoundMessage={<Nothing found={found} />}
      maxDropdownHeight={320}
    />
  );
}

export function RecordsInput(props: RecordInputProps) {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState(false);
  const list = Array.isArray(props.value) ? (props.value as unknown[]) : [];
  const keys = list.map(key).join('\n');
  const chosen = useMemo(() => (keys ? keys.split('\n') : []), [keys]);
  const { options, found } = useOptions(props, chosen, search, open);
  return (
    <MultiSelect
      name={props.name}
      autoFocus={props.autoFocus}
      label={props.label}
      aria-label={props['aria-label']}
      description={props.description}
      error={props.error}
      withAsterisk={props.required}
      disabled={props.disabled}
      placeholder={chosen.length ? undefined : (props.placeholder ?? t('ui.choose.search'))}
      data={options}
      value={chosen}
      onChange={(values) => props.onChange(values.map((text) => back(text, props.by)))}
      searchable
      clearable
      searchValue={search}
      onSearchChange={setSearch}
      onDropdownOpen={() => setOpen(true)}
      filter={everything}
      renderOption={renderOption}
      nothingFoundMessage={<Nothing found={found} />}
      maxDropdownHeight={320}
    />
  );
}

// A list is its address: filters, order and columns stand in the query as the interface of the server names them.
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { Query } from '../api';
import type { Field, Register } from '../types';

const OWN = new Set(['sort', 'q', 'columns', 'deleted', 'as_of']);
const STORE = 'merlon.columns';

export interface Filter {
  /** "status", "due.lte", "owner.empty". */
  key: string;
  value: string;
}

export interface ListState {
  q: string;
  sort: string;
  filters: Filter[];
  columns: string[];
  deleted: boolean;
  /** What the server is asked for. */
  query: Query;
  /** The address without its question mark, as a saved view keeps it. */
  text: string;
  set: (changes: Record<string, string | null>) => void;
  replace: (text: string) => void;
}

function rememberedColumns(register: Register): string[] | null {
  const text = localStorage.getItem(`${STORE}.${register.name}`);
  return text ? text.split(',') : null;
}

function knownColumns(register: Register, names: string[] | null): string[] | null {
  const known = names?.filter(
    (name) => name === 'reference' || register.fields.some((field) => field.name === name) || PLAIN.has(name),
  );
  return known?.length ? known : null;
}

const FIRST = ['reference', 'status'];

/** What a record is and how it stands comes first, where the narrowest window shows it. */
function defaultColumns(register: Register): string[] {
  const others = register.columns.filter((name) => !FIRST.includes(name) && name !== register.title_field);
  const status = register.columns.includes('status') ? ['status'] : [];
  return ['reference', register.title_field, ...status, ...others];
}

/** Columns of every register that are no fields of its schema. */
export const PLAIN = new Set(['reference', 'status', 'created_at', 'changed_at']);

export function fieldOfColumn(register: Register, name: string): Field | null {
  const field = register.fields.find((item) => item.name === name);
  if (field) return field;
  if (!name.endsWith('_at')) return null;
  return {
    name,
    kind: 'time',
    group: '',
    required: false,
    derived: true,
    list: true,
    search: false,
    unique: false,
    fixed: true,
    max: null,
    min: null,
    target: null,
    targets: null,
    choices: null,
    scale: null,
    custom: false,
  };
}

export function filterField(key: string): { name: string; operator: string } {
  const text = key.startsWith('custom.') ? key.slice(7) : key;
  const [name = '', operator = ''] = text.split('.');
  return { name, operator };
}

/** The part of a filter's key that names the field: custom ones stand under "custom". */
export function filterName(field: Field | { name: string; custom?: boolean }): string {
  return field.custom ? `custom.${field.name}` : field.name;
}

export function useListState(register: Register, fixed: Query = {}): ListState {
  const [parameters, setParameters] = useSearchParams();
  return useMemo(() => {
    const q = parameters.get('q') ?? '';
    const sort = parameters.get('sort') ?? '';
    const deleted = parameters.get('deleted') === '1';
    const filters = [...parameters.entries()]
      .filter(([key]) => !OWN.has(key))
      .map(([key, value]) => ({ key, value }));
    const columns =
      knownColumns(register, parameters.get('columns')?.split(',') ?? null) ??
      knownColumns(register, rememberedColumns(register)) ??
      defaultColumns(register);
    const query: Query = {
      ...fixed,
      ...Object.fromEntries(filters.map((filter) => [filter.key, filter.value])),
      q,
      sort,
    };
    if (deleted) query.deleted = 1;
    return {
      q,
      sort,
      filters,
      columns,
      deleted,
      query,
      text: parameters.toString(),
      set: (changes) => {
        const next = new URLSearchParams(parameters);
        for (const [key, value] of Object.entries(changes)) {
          if (value === null || value === '') next.delete(key);
          else next.set(key, value);
        }
        if (changes.columns) localStorage.setItem(`${STORE}.${register.name}`, changes.columns);
        setParameters(next, { replace: true });
      },
      replace: (text) => setParameters(new URLSearchParams(text)),
    };
    // `fixed` is a literal at each call: its content, not its identity, counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [parameters, setParameters, register, JSON.stringify(fixed)]);
}

/** What `expand` must be asked for so that the columns can be drawn. */
export function expandOf(register: Register, columns: string[]): string {
  const isLink = (name: string) => {
    const field = register.fields.find((item) => item.name === name);
    const kind = field?.kind;
    return field?.by_user || kind === 'link' || kind === 'links' || kind === 'record' || kind === 'records';
  };
  return columns.filter(isLink).join(',');
}

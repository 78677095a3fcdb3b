// Values of records: reading them by field, whatever form `expand` gave them.
import type { Field, Rec, Ref, Register } from './types';

/** Custom fields stand in an object of their own. */
export function valueOf(record: Rec, field: Field): unknown {
  return field.custom ? record.custom?.[field.name] : record[field.name];
}

export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'reference' in value;
}

/** "A.5.1 Policies for information security", or the title alone. */
export function nameOf(ref: Ref): string {
  return [ref.identifier, ref.title].filter(Boolean).join(' ') || ref.reference;
}

export function idOf(value: unknown): number | string | null {
  if (isRef(value)) return value.id;
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

/** Links as `expand` gives them, or bare ids, as a list of refs where known. */
export function refsOf(value: unknown): Ref[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(isRef);
}

export function titleOf(record: Rec, register: Register | undefined): string {
  const title = register ? record[register.title_field] : undefined;
  return typeof title === 'string' && title ? title : record.reference;
}

const MARK = /[#*_`>[\]]/g;

/** Formatted text as plain words, for a line of a list. */
export const briefText = (text: string) => text.replace(MARK, '').trim();

/** What a form holds: links as ids, references as text. */
export function plain(value: unknown, field: Field): unknown {
  const one = (item: unknown) => {
    if (!isRef(item)) return item;
    return field.kind === 'record' || field.kind === 'records' ? item.reference : item.id;
  };
  return Array.isArray(value) ? value.map(one) : one(value);
}

export function same(left: unknown, right: unknown): boolean {
  if (isEmpty(left) && isEmpty(right)) return true;
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The address of a record's page. */
export function pathOf(register: string, reference: string | number): string {
  return `/${register}/${encodeURIComponent(String(reference))}`;
}

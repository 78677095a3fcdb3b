// Which column of a file goes into which field: matched by name or label, corrected by hand.
import { Select, Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { api } from '../api';
import { useWords, type Words } from '../labels';
import { editable } from '../form/form';
import type { Field, Register } from '../types';

export interface Columns {
  names: string[];
  /** The first rows below the header, to know a column by its content. */
  sample: string[][];
}

/** The server reads the file, as it will when it is imported. */
export function columnsOf(register: Register, file: File): Promise<Columns> {
  return api<Columns>(`/${register.name}/import/columns`, { method: 'POST', file });
}

const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

export interface Target {
  value: string;
  label: string;
  /** Not taken over from a file. */
  compared?: boolean;
}

export function targetsOf(register: Register, words: Words): Target[] {
  const named = (field: Field) => ({ value: field.name, label: words.field(register.name, field) });
  const imported = (field: Field) => editable(field, true) && field.kind !== 'data';
  // The others stand in exports, too: the server tells where the file says something else than the record has.
  const compared = register.fields.filter((field) => !editable(field, true) && field.name !== 'id');
  return [
    { value: 'reference', label: words.t('ui.reference') },
    ...register.fields.filter(imported).map(named),
    ...compared.map(named).map((target) => ({ ...target, compared: true })),
  ];
}

/** What a column is most likely: its field's name, or its label in the reader's language. */
export function guess(names: string[], targets: Target[]): Record<string, string> {
  const found = (name: string) =>
    targets.find((target) => [target.value, target.label].some((text) => bare(text) === bare(name)));
  return Object.fromEntries(names.map((name) => [name, found(name)?.value ?? '']));
}

interface MappingProps {
  register: Register;
  columns: Columns;
  mapping: Record<string, string>;
  onChange: (mapping: Record<string, string>) => void;
}

export function Mapping({ register, columns, mapping, onChange }: MappingProps) {
  const words = useWords();
  const targets = useMemo(() => targetsOf(register, words), [register, words]);
  const options = targets.map(({ value, label, compared }) => ({
    value,
    label: compared ? words.t('ui.import.compared', { field: label }) : label,
  }));
  return (
    <Table verticalSpacing={4} layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{words.t('ui.import.column')}</Table.Th>
          <Table.Th>{words.t('ui.import.example')}</Table.Th>
          <Table.Th>{words.t('ui.import.field')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columns.names.map((name, index) => (
          <Table.Tr key={name}>
            <Table.Td className="wrap">{name}</Table.Td>
            <Table.Td>
              <Text size="xs" c="dimmed" className="clip">
                {columns.sample
                  .map((row) => row[index])
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </Table.Td>
            <Table.Td>
              <Select
                size="xs"
                aria-label={words.t('ui.import.field.of', { column: name })}
                data={options}
                value={mapping[name] || null}
                onChange={(value) => onChange({ ...mapping, [name]: value ?? '' })}
                placeholder={words.t('ui.import.skip')}
                clearable
                searchable
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

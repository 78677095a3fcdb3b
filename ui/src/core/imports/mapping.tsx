// Which column of a file goes into which field: matched by name or label, corrected by hand. CSV only: the browser does
// not look into a workbook.
import { Select, Table, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useWords, type Words } from '../labels';
import { editable } from '../form/form';
import type { Register } from '../types';

export interface Columns {
  names: string[];
  /** The first rows below the header, to know a column by its content. */
  sample: string[][];
}

/** The first lines of a CSV, quotes respected, with comma, semicolon or tab between. */
export function readCsv(text: string, most = 4): string[][] {
  const head = text.slice(0, text.indexOf('\n') + 1 || undefined);
  const separator = [',', ';', '\t'].sort((a, b) => head.split(b).length - head.split(a).length)[0] ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char === '"' && text.charAt(at + 1) === '"') cell += text.charAt(at++);
      else if (char === '"') quoted = false;
      else cell += char;
    } else if (char === '"') quoted = true;
    else if (char === separator || char === '\n') {
      row.push(cell.replace(/\r$/, ''));
      cell = '';
      if (char === separator) continue;
      rows.push(row);
      row = [];
    } else cell += char;
  }
  if (cell || row.length) rows.push([...row, cell]);
  return rows.slice(0, most);
}

export async function columnsOf(file: File): Promise<Columns | null> {
  if (!/\.(csv|txt|tsv)$/i.test(file.name)) return null;
  const text = (await file.slice(0, 65_536).text()).replace(/^\uFEFF/, '');
  const [names, ...sample] = readCsv(text);
  return names?.length ? { names, sample } : null;
}

const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

export interface Target {
  value: string;
  label: string;
}

export function targetsOf(register: Register, words: Words): Target[] {
  const fields = register.fields.filter((field) => editable(field, true) && field.kind !== 'data');
  return [
    { value: 'reference', label: words.t('ui.reference') },
    ...fields.map((field) => ({ value: field.name, label: words.field(register.name, field) })),
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
                data={targets}
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

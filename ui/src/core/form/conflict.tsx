// Somebody else changed the record meanwhile: both versions side by side, a choice for each field that differs.
import { Button, Group, Radio, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { FieldValue } from '../fields/value';
import { useWords } from '../labels';
import type { Field, Rec, Register } from '../types';
import { Dialog } from '../ui/dialog';
import { same } from '../values';
import type { Values } from './draft';

export interface ConflictState {
  current: Rec;
  /** Both as a form holds them. */
  theirs: Values;
  mine: Values;
}

interface ConflictProps {
  register: Register;
  fields: Field[];
  conflict: ConflictState;
  onClose: () => void;
  onMerge: (values: Values, version: number) => void;
}

type Side = 'mine' | 'theirs';

export function Conflict({ register, fields, conflict, onClose, onMerge }: ConflictProps) {
  const words = useWords();
  const { mine, theirs, current } = conflict;
  const differing = fields.filter((field) => field.name in mine && !same(mine[field.name], theirs[field.name]));
  const [chosen, choose] = useState<Record<string, Side>>({});
  const side = (field: Field): Side => chosen[field.name] ?? 'mine';
  const merge = () => {
    const merged = Object.fromEntries(
      differing.filter((field) => side(field) === 'mine').map((field) => [field.name, mine[field.name]]),
    );
    onMerge(merged, current.version);
  };
  return (
    <Dialog opened onClose={onClose} size="xl" title={words.t('ui.conflict.title')}>
      <Text size="sm" mb="md">
        {words.t('ui.conflict.text')}
      </Text>
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.t('ui.conflict.field')}</Table.Th>
              <Table.Th>{words.t('ui.conflict.mine')}</Table.Th>
              <Table.Th>{words.t('ui.conflict.theirs')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differing.map((field) => (
              <Table.Tr key={field.name}>
                <Table.Th scope="row" fw={500}>
                  {words.field(register.name, field)}
                </Table.Th>
                {(['mine', 'theirs'] as const).map((which) => (
                  <Table.Td key={which}>
                    <Radio
                      name={`conflict-${field.name}`}
                      checked={side(field) === which}
                      onChange={() => choose({ ...chosen, [field.name]: which })}
                      label={
                        <FieldValue
                          register={register}
                          field={field}
                          value={(which === 'mine' ? mine : theirs)[field.name]}
                        />
                      }
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {differing.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.conflict.same')}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {words.t('ui.cancel')}
        </Button>
        <Button onClick={merge}>{words.t('ui.conflict.save')}</Button>
      </Group>
    </Dialog>
  );
}

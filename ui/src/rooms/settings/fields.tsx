// Fields of one's own, for any register.
import {
  ActionIcon,
  Alert,
  Button,
  Checkbox,
  Group,
  Select,
  Stack,
  Table,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { IconAlertTriangle, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../core/api';
import { useWords } from '../../core/labels';
import { useSchema } from '../../core/schema';
import { Dialog } from '../../core/ui/dialog';
import { Trouble, sayTrouble, fieldSentence, sentence } from '../../core/ui/trouble';

interface CustomField {
  id: number;
  register: string;
  name: string;
  kind: string;
  label: string;
  choices: string[] | null;
  required: boolean;
}

const KINDS = ['text', 'prose', 'number', 'decimal', 'boolean', 'date', 'choice', 'choices'] as const;

function nameOf(label: string): string {
  return label
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 40);
}

function useChanged() {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({ queryKey: ['data'] });
    await queries.invalidateQueries({ queryKey: ['schema'] });
  };
}

function FieldDialog({ field, onClose }: { field: CustomField | null; onClose: () => void }) {
  const words = useWords();
  const { registers } = useSchema();
  const changed = useChanged();
  const [draft, setDraft] = useState<Partial<CustomField>>(field ?? { kind: 'text', required: false });
  const [problem, setProblem] = useState<unknown>(null);
  const set = (change: Partial<CustomField>) => setDraft({ ...draft, ...change });
  const wrong = (name: string) => fieldSentence(problem, name, words);
  const listed = draft.kind === 'choice' || draft.kind === 'choices';
  const save = async () => {
    setProblem(null);
    const { label = '', required, choices } = draft;
    const common = { label, required, ...(listed ? { choices } : {}) };
    try {
      if (field) await api(`/custom-fields/${field.id}`, { method: 'PATCH', body: common });
      else
        await api('/custom-fields', {
          method: 'POST',
          body: { ...common, register: draft.register, kind: draft.kind, name: nameOf(label) },
        });
      await changed();
      onClose();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={field ? field.label : words.t('ui.fields.new')}>
      <Stack>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        <Select
          label={words.t('ui.fields.register')}
          data={registers.map((register) => ({ value: register.name, label: words.registers(register.name) }))}
          value={draft.register ?? null}
          onChange={(register) => register && set({ register })}
          disabled={field !== null}
          error={wrong('register')}
          searchable
          withAsterisk
        />
        <TextInput
          label={words.t('ui.fields.label')}
          value={draft.label ?? ''}
          onChange={(event) => set({ label: event.currentTarget.value })}
          error={wrong('label') ?? wrong('name')}
          withAsterisk
        />
        <Select
          label={words.t('ui.fields.kind')}
          data={KINDS.map((kind) => ({ value: kind, label: words.t(`ui.kind.${kind}`) }))}
          value={draft.kind ?? 'text'}
          onChange={(kind) => kind && set({ kind })}
          disabled={field !== null}
          error={wrong('kind')}
          allowDeselect={false}
        />
        {listed && (
          <TagsInput
            label={words.t('ui.fields.choices')}
            value={draft.choices ?? []}
            onChange={(choices) => set({ choices })}
            error={wrong('choices')}
          />
        )}
        <Checkbox
          label={words.t('ui.fields.required')}
          checked={draft.required ?? false}
          onChange={(event) => set({ required: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.t('ui.cancel')}
          </Button>
          <Button onClick={() => void save()} disabled={!draft.register || !draft.label?.trim()}>
            {words.t('ui.save')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

export function CustomFields() {
  const words = useWords();
  const changed = useChanged();
  const [open, setOpen] = useState<CustomField | 'new' | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'custom-fields'],
    queryFn: () => api<{ items: CustomField[] }>('/custom-fields').then((answer) => answer.items),
  });
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  const remove = (field: CustomField) =>
    api(`/custom-fields/${field.id}`, { method: 'DELETE' })
      .then(changed)
      .catch((trouble: unknown) => sayTrouble(trouble, words));
  return (
    <section className="surface section">
      <Group justify="space-between" mb="sm">
        <h2>{words.t('ui.settings.fields')}</h2>
        <Button leftSection={<IconPlus size={14} />} onClick={() => setOpen('new')}>
          {words.t('ui.fields.new')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {words.t('ui.fields.text')}
      </Text>
      {data && data.length > 0 && (
        <Table.ScrollContainer minWidth={520}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.t('ui.fields.register')}</Table.Th>
                <Table.Th>{words.t('ui.fields.label')}</Table.Th>
                <Table.Th>{words.t('ui.fields.kind')}</Table.Th>
                <Table.Th>{words.t('ui.fields.required')}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{words.t('ui.edit')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((field) => (
                <Table.Tr key={field.id}>
                  <Table.Td>{words.registers(field.register)}</Table.Td>
                  <Table.Td>
                    {field.label} <span className="reference">{field.name}</span>
                  </Table.Td>
                  <Table.Td>{words.label(`ui.kind.${field.kind}`)}</Table.Td>
                  <Table.Td>{words.t(field.required ? 'ui.yes' : 'ui.no')}</Table.Td>
                  <Table.Td ta="right">
                    <Group gap={2} justify="flex-end" wrap="nowrap">
                      <ActionIcon onClick={() => setOpen(field)} aria-label={`${words.t('ui.edit')}: ${field.label}`}>
                        <IconPencil size={16} />
                      </ActionIcon>
                      <ActionIcon
                        onClick={() => void remove(field)}
                        aria-label={`${words.t('ui.remove')}: ${field.label}`}
                      >
                        <IconTrash size={16} />
                      </ActionIcon>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {open && <FieldDialog field={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </section>
  );
}

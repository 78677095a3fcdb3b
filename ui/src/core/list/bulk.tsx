// One change for many records; what could not be changed is named with the reason.
import { Alert, Button, Group, List, Select, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api';
import { useRefresh } from '../data';
import { FieldInput } from '../fields/input';
import { editable } from '../form/form';
import { useWords } from '../labels';
import type { Rec, Register } from '../types';
import { Dialog } from '../ui/dialog';
import { sayDone, sayTrouble } from '../ui/trouble';

interface Outcome {
  changed: number[];
  failed: { id: number; detail: string }[];
}

interface BulkProps {
  register: Register;
  rows: Rec[];
  selected: Set<number>;
  onClear: () => void;
}

function BulkDialog({ register, rows, selected, onClear, onClose }: BulkProps & { onClose: () => void }) {
  const words = useWords();
  const refresh = useRefresh();
  const [name, setName] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Outcome['failed']>([]);
  const fields = register.fields.filter((field) => editable(field, false) && !field.unique);
  const field = fields.find((item) => item.name === name);
  const referenceOf = (id: number) => rows.find((row) => row.id === id)?.reference ?? `#${id}`;
  const apply = async () => {
    if (!field) return;
    setBusy(true);
    try {
      const change = field.custom ? { custom: { [field.name]: value } } : { [field.name]: value };
      const outcome = await api<Outcome>(`/${register.name}`, {
        method: 'PATCH',
        body: { ids: [...selected], change },
      });
      await refresh();
      setFailed(outcome.failed);
      sayDone(words.t('ui.bulk.done', { n: outcome.changed.length }));
      if (outcome.failed.length === 0) {
        onClear();
        onClose();
      }
    } catch (error) {
      sayTrouble(error, words);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={words.t('ui.bulk.title', { n: selected.size })}>
      <Stack>
        <Select
          label={words.t('ui.bulk.field')}
          data={fields.map((item) => ({ value: item.name, label: words.field(register.name, item) }))}
          value={name}
          onChange={(next) => {
            setName(next);
            setValue(null);
          }}
          searchable
          data-autofocus
        />
        {field && <FieldInput key={field.name} register={register} field={field} value={value} onChange={setValue} />}
        {failed.length > 0 && (
          <Alert color="red" icon={<IconAlertTriangle />} title={words.t('ui.bulk.failed', { n: failed.length })}>
            <List size="sm">
              {failed.map((item) => (
                <List.Item key={item.id}>
                  {referenceOf(item.id)}: {item.detail}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.t('ui.cancel')}
          </Button>
          <Button onClick={() => void apply()} disabled={!field} loading={busy}>
            {words.t('ui.bulk.apply')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

export function BulkBar(props: BulkProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  if (props.selected.size === 0) return null;
  return (
    <div className="bulk no-print" role="region" aria-label={t('ui.bulk.bar')}>
      <Group gap="xs">
        <Text size="sm" fw={550} aria-live="polite">
          {t('ui.bulk.count', { n: props.selected.size })}
        </Text>
        {props.register.may.change && <Button onClick={() => setOpen(true)}>{t('ui.bulk.change')}</Button>}
        <Button variant="subtle" color="gray" onClick={props.onClear}>
          {t('ui.bulk.clear')}
        </Button>
      </Group>
      {open && <BulkDialog {...props} onClose={() => setOpen(false)} />}
    </div>
  );
}

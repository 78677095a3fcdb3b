// Before anything is deleted: what leans on it.
import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../api';
import { useLeaning, useRefresh } from '../data';
import { useWords } from '../labels';
import type { Rec, Register } from '../types';
import { Dialog } from '../ui/dialog';
import { Missed, sayDone, sayTrouble } from '../ui/trouble';
import { pathOf } from '../values';

interface RemoveProps {
  register: Register;
  record: Rec;
  onClose: () => void;
  onRemoved: () => void;
}

export function Remove({ register, record, onClose, onRemoved }: RemoveProps) {
  const words = useWords();
  const refresh = useRefresh();
  const leaning = useLeaning(register.name, record.id);
  const [busy, setBusy] = useState(false);
  const shown = leaning.data?.items ?? [];
  const total = leaning.data?.total ?? 0; // those that may not be read lean as well
  const remove = async () => {
    setBusy(true);
    try {
      await api(`/${register.name}/${record.id}`, {
        method: 'DELETE',
        version: record.version,
        query: { force: total ? 1 : undefined },
      });
      onRemoved();
      sayDone(words.t('ui.remove.done', { reference: record.reference }));
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
      await refresh(); // something may lean on it since this was asked
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={words.t('ui.remove.title', { reference: record.reference })}>
      <Stack>
        <Text size="sm">{words.t('ui.remove.text')}</Text>
        <Missed of={leaning} />
        {total > 0 && (
          <>
            <Text size="sm" fw={550}>
              {words.t('ui.remove.leaning', { n: total })}
            </Text>
            <List size="sm" spacing={8}>
              {shown.slice(0, 12).map((item) => (
                <List.Item key={`${item.register}${item.id}${item.field}`}>
                  <Link to={pathOf(item.register, item.reference)}>
                    {item.reference} {item.title}
                  </Link>
                </List.Item>
              ))}
            </List>
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {words.t('ui.cancel')}
          </Button>
          <Button
            color="red.9"
            onClick={() => void remove()}
            loading={busy || leaning.isPending}
            disabled={leaning.isError}
          >
            {words.t(total ? 'ui.remove.anyway' : 'ui.remove')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

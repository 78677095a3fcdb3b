// Before anything is deleted: what leans on it.
import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Problem, api } from '../api';
import { useLinks, useRefresh } from '../data';
import { useWords } from '../labels';
import type { LinkItem, Rec, Register } from '../types';
import { Dialog } from '../ui/dialog';
import { sayDone, sayTrouble } from '../ui/trouble';
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
  const links = useLinks(register.name, record.id);
  const [leaning, setLeaning] = useState<LinkItem[] | null>(null);
  const [busy, setBusy] = useState(false);
  const shown = leaning ?? links.data ?? [];
  const remove = async () => {
    setBusy(true);
    try {
      await api(`/${register.name}/${record.id}`, {
        method: 'DELETE',
        version: record.version,
        query: { force: shown.length ? 1 : undefined },
      });
      onRemoved();
      sayDone(words.t('ui.remove.done', { reference: record.reference }));
      await refresh();
    } catch (error) {
      if (error instanceof Problem && Array.isArray(error.body.leaning)) setLeaning(error.body.leaning as LinkItem[]);
      else sayTrouble(error, words);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} title={words.t('ui.remove.title', { reference: record.reference })}>
      <Stack>
        <Text size="sm">{words.t('ui.remove.text')}</Text>
        {shown.length > 0 && (
          <>
            <Text size="sm" fw={550}>
              {words.t('ui.remove.leaning', { n: shown.length })}
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
          <Button color="red.9" onClick={() => void remove()} loading={busy || links.isPending}>
            {words.t(shown.length ? 'ui.remove.anyway' : 'ui.remove')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

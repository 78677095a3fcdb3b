// What stands beside a list: its columns, saved views, export.
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Menu,
  Modal,
  Popover,
  ScrollArea,
  Stack,
  TextInput,
} from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconBookmark, IconColumns3, IconDownload, IconTrash } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { api } from '../api';
import { useAsOf } from '../asof';
import { createRecord, useItems, useRefresh } from '../data';
import { useWords } from '../labels';
import { useSchema } from '../schema';
import type { Rec, Register } from '../types';
import { useDownload } from '../ui/download';
import { Hint } from '../ui/hint';
import { Missed, sayTrouble } from '../ui/trouble';
import { fieldOfColumn, type ListState } from './state';

interface MenuProps {
  register: Register;
  state: ListState;
}

function columnsOf(register: Register): string[] {
  const names = register.fields.filter((field) => field.kind !== 'data').map((field) => field.name);
  return [
    ...new Set([
      'reference',
      register.title_field,
      ...(register.states.length ? ['status'] : []),
      ...names,
      'created_at',
      'changed_at',
    ]),
  ];
}

export function Columns({ register, state }: MenuProps) {
  const words = useWords();
  const all = columnsOf(register);
  const chosen = state.columns;
  const ordered = [...chosen, ...all.filter((name) => !chosen.includes(name))];
  const set = (names: string[]) => state.set({ columns: names.join(',') });
  const label = (name: string) =>
    name === 'reference'
      ? words.t('ui.reference')
      : words.field(register.name, fieldOfColumn(register, name) ?? name);
  const move = (name: string, by: number) => {
    const next = chosen.filter((item) => item !== name);
    next.splice(Math.max(0, chosen.indexOf(name) + by), 0, name);
    set(next);
  };
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Hint label={words.t('ui.columns')}>
          <ActionIcon variant="default" size={30} aria-label={words.t('ui.columns')}>
            <IconColumns3 size={16} />
          </ActionIcon>
        </Hint>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <ScrollArea.Autosize mah={420} w={280} type="auto" offsetScrollbars="y">
          <Stack gap={2}>
            {ordered.map((name) => {
              const on = chosen.includes(name);
              return (
                <Group key={name} gap={2} wrap="nowrap" justify="space-between">
                  <Checkbox
                    size="xs"
                    p={4}
                    label={label(name)}
                    checked={on}
                    disabled={on && chosen.length === 1}
                    onChange={() => set(on ? chosen.filter((item) => item !== name) : [...chosen, name])}
                  />
                  {on && (
                    <Group gap={0} wrap="nowrap">
                      <ActionIcon
                        size={24}
                        onClick={() => move(name, -1)}
                        aria-label={words.t('ui.columns.left', { column: label(name) })}
                      >
                        <IconArrowUp size={13} />
                      </ActionIcon>
                      <ActionIcon
                        size={24}
                        onClick={() => move(name, 1)}
                        aria-label={words.t('ui.columns.right', { column: label(name) })}
                      >
                        <IconArrowDown size={13} />
                      </ActionIcon>
                    </Group>
                  )}
                </Group>
              );
            })}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}

const FORMATS = ['xlsx', 'csv', 'json'] as const;

export function ExportMenu({ register, state }: MenuProps) {
  const { t } = useWords();
  const as_of = useAsOf();
  const link = useDownload();
  return (
    <Menu>
      <Menu.Target>
        <Hint label={t('ui.export')}>
          <ActionIcon variant="default" size={30} aria-label={t('ui.export')}>
            <IconDownload size={16} />
          </ActionIcon>
        </Hint>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('ui.export.what')}</Menu.Label>
        {FORMATS.map((format) => (
          <Menu.Item
            key={format}
            component="a"
            {...link(`/${register.name}/export`, { ...state.query, as_of, format })}
          >
            {t(`ui.export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

interface View {
  id: number;
  name: string;
  query: string;
  record: Rec | null;
}

const LOCAL = 'merlon.views.';

/** Saved views are records where the server keeps them, else they stay in this browser. */
function useViews(register: Register) {
  const refresh = useRefresh();
  const { byName } = useSchema();
  const kept = byName.get('saved_view');
  const [local, setLocal] = useState<View[]>(
    () => JSON.parse(localStorage.getItem(LOCAL + register.name) ?? '[]') as View[],
  );
  const asked = useItems('saved_view', { register: register.name }, kept !== undefined);
  const store = (views: View[]) => {
    localStorage.setItem(LOCAL + register.name, JSON.stringify(views));
    setLocal(views);
  };
  const remote = (asked.data ?? []).map((record) => ({
    id: record.id,
    name: String(record[kept?.title_field ?? 'name']),
    query: String(record.query ?? ''),
    record,
  }));
  return {
    views: kept ? remote : local,
    asked,
    save: async (name: string, query: string) => {
      if (!kept) return store([...local, { id: Date.now(), name, query, record: null }]);
      await createRecord('saved_view', { [kept.title_field]: name, register: register.name, query });
      await refresh();
    },
    remove: async (view: View) => {
      if (!kept) return store(local.filter((item) => item.id !== view.id));
      await api(`/saved_view/${view.id}`, { method: 'DELETE' });
      await refresh();
    },
  };
}

export function Views({ register, state }: MenuProps) {
  const words = useWords();
  const { views, asked, save, remove } = useViews(register);
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save(name, state.text)
      .then(() => {
        setNaming(false);
        setName('');
      })
      .catch((error: unknown) => sayTrouble(error, words));
  };
  return (
    <>
      <Menu>
        <Menu.Target>
          <Hint label={words.t('ui.views')}>
            <ActionIcon variant="default" size={30} aria-label={words.t('ui.views')}>
              <IconBookmark size={16} />
            </ActionIcon>
          </Hint>
        </Menu.Target>
        <Menu.Dropdown miw={220}>
          <Missed of={asked} />
          <Menu.Label>
            {words.t(views.length || asked.error ? 'ui.views' : asked.isLoading ? 'ui.loading' : 'ui.views.none')}
          </Menu.Label>
          {views.map((view) => (
            <Group key={view.id} gap={0} wrap="nowrap">
              <Menu.Item flex={1} onClick={() => state.replace(view.query)}>
                {view.name}
              </Menu.Item>
              <ActionIcon
                aria-label={words.t('ui.views.remove', { name: view.name })}
                onClick={() => void remove(view).catch((error: unknown) => sayTrouble(error, words))}
              >
                <IconTrash size={14} />
              </ActionIcon>
            </Group>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setNaming(true)} disabled={!state.text}>
            {words.t('ui.views.save')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={naming} onClose={() => setNaming(false)} title={words.t('ui.views.save')} size="sm">
        <form onSubmit={submit}>
          <TextInput
            label={words.t('ui.views.name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
            withAsterisk
          />
          <Group justify="flex-end" mt="md">
            <Button type="submit" disabled={!name.trim()}>
              {words.t('ui.save')}
            </Button>
          </Group>
        </form>
      </Modal>
    </>
  );
}

// The list of any register.
import { ActionIcon, Button, Group, Menu, Popover, Skeleton, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import {
  IconDots,
  IconFileImport,
  IconInbox,
  IconInfoCircle,
  IconPlus,
  IconPrinter,
  IconSearch,
  IconTrash,
} from '@tabler/icons-react';
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useAsOf } from '../asof';
import { useList, useRecord } from '../data';
import { RecordForm } from '../form/form';
import { useWords } from '../labels';
import type { Rec, Register } from '../types';
import { SideDialog } from '../ui/dialog';
import { Empty } from '../ui/empty';
import { useTitle } from '../ui/title';
import { Missed, Trouble } from '../ui/trouble';
import { pathOf } from '../values';
import { BulkBar } from './bulk';
import { Filters } from './filters';
import { Columns, ExportMenu, Views } from './menus';
import { usePrint } from './print';
import { Starters } from './starters';
import { expandOf, useListState, type ListState } from './state';
import { RecordTable } from './table';

function Search({ state, inputRef }: { state: ListState; inputRef: React.RefObject<HTMLInputElement | null> }) {
  const { t } = useWords();
  const [text, setText] = useState(state.q);
  const push = useDebouncedCallback((value: string) => state.set({ q: value }), 250);
  useEffect(() => setText(state.q), [state.q]);
  return (
    <TextInput
      ref={inputRef}
      size="xs"
      w={{ base: '100%', sm: 220 }}
      type="search"
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        push(event.currentTarget.value);
      }}
      leftSection={<IconSearch size={14} />}
      placeholder={t('ui.list.search')}
      aria-label={t('ui.list.search')}
    />
  );
}

function Help({ register }: { register: Register }) {
  const words = useWords();
  const help = words.help(register.name);
  if (!help) return null;
  return (
    <Popover position="bottom-start" width={340} shadow="md">
      <Popover.Target>
        <ActionIcon size="sm" aria-label={words.t('ui.list.help')}>
          <IconInfoCircle size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{help}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ListHeadProps {
  register: Register;
  state: ListState;
  total: number | null;
  onPrint: () => void;
}

function Head({ register, state, total, onPrint }: ListHeadProps) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  return (
    <div className="page-head list-head">
      <Title order={1}>{words.registers(register.name)}</Title>
      <Group gap={6} mr="auto">
        <Help register={register} />
        {total !== null && (
          <Text size="sm" c="dimmed" className="number" aria-live="polite">
            {words.t('ui.records', { n: total })}
          </Text>
        )}
      </Group>
      <Group gap={6} className="no-print">
        <Views register={register} state={state} />
        <Columns register={register} state={state} />
        <ExportMenu register={register} state={state} />
        <Menu>
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={words.t('ui.more')}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPrinter size={15} />} onClick={onPrint}>
              {words.t('ui.list.print')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrash size={15} />}
              onClick={() => state.set({ deleted: state.deleted ? null : '1' })}
            >
              {words.t(state.deleted ? 'ui.list.live' : 'ui.list.deleted')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {register.may.import && !readOnly && (
          <Button
            component={Link}
            to={`/${register.name}/import`}
            variant="default"
            leftSection={<IconFileImport size={15} />}
          >
            {words.t('ui.import')}
          </Button>
        )}
        {register.may.create && !readOnly && (
          <Button component={Link} to={`/${register.name}/new`} leftSection={<IconPlus size={15} />}>
            {words.t('ui.new', { register: words.register(register.name) })}
          </Button>
        )}
      </Group>
    </div>
  );
}

function Nothing({ register, state }: { register: Register; state: ListState }) {
  const words = useWords();
  const day = useAsOf();
  const narrowed = state.filters.length > 0 || state.q !== '';
  if (day && !narrowed) {
    return (
      <Empty icon={IconInbox} title={words.t('ui.list.empty.past', { registers: words.registers(register.name) })} />
    );
  }
  if (narrowed) {
    return (
      <Empty icon={IconSearch} title={words.t('ui.list.nomatch')} text={words.t('ui.list.nomatch.text')}>
        <Button variant="default" onClick={() => state.replace('')}>
          {words.t('ui.filter.clear')}
        </Button>
      </Empty>
    );
  }
  return (
    <Empty
      icon={IconInbox}
      title={words.t('ui.list.empty', { registers: words.registers(register.name) })}
      text={words.help(register.name)}
    >
      <Group mt="sm" justify="center">
        {register.may.create && (
          <Button component={Link} to={`/${register.name}/new`} leftSection={<IconPlus size={15} />}>
            {words.t('ui.new', { register: words.register(register.name) })}
          </Button>
        )}
        {register.may.import && (
          <Button component={Link} to={`/${register.name}/import`} variant="default">
            {words.t('ui.import')}
          </Button>
        )}
        <Starters register={register} />
      </Group>
    </Empty>
  );
}

function QuickEdit({ register, row, onClose }: { register: Register; row: Rec; onClose: () => void }) {
  const words = useWords();
  const asked = useRecord(register.name, row.id);
  const { data } = asked;
  return (
    <SideDialog
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={words.t('ui.edit.what', { reference: row.reference })}
    >
      <Missed of={asked} />
      {asked.isPending && <Skeleton height={220} />}
      {data && <RecordForm register={register} record={data} onSaved={onClose} onCancel={onClose} />}
    </SideDialog>
  );
}

/** Keys act unless something is being typed; a ticked box is not typing. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox';
  return target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

interface KeyProps {
  register: Register;
  rows: Rec[];
  readOnly: boolean;
  selected: Set<number>;
  select: (ids: number[], on: boolean) => void;
}

function useKeys({ register, rows, readOnly, selected, select }: KeyProps) {
  const navigate = useNavigate();
  const [cursor, setCursor] = useState(-1);
  const [editing, setEditing] = useState<Rec | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const move = (by: number) => {
    setCursor((at) => Math.max(0, Math.min(at + by, rows.length - 1)));
    // Enter is meant for the row now, and no longer for the link or button that was used before.
    document.querySelector<HTMLElement>('.list-scroll')?.focus({ preventScroll: true });
  };
  const keys: Record<string, (row: Rec | undefined) => void> = {
    j: () => move(1),
    k: () => move(-1),
    Enter: (row) => row && void navigate(pathOf(register.name, row.reference)),
    x: (row) => row && select([row.id], !selected.has(row.id)),
    e: (row) => row && register.may.change && !readOnly && setEditing(row),
    n: () => register.may.create && !readOnly && void navigate(`/${register.name}/new`),
    '/': () => search.current?.focus(),
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const act = keys[event.key];
    const busy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[role="dialog"]');
    if (!act || busy || isTyping(event.target)) return;
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button')) return;
    event.preventDefault();
    act(rows[cursor]);
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return { cursor, setCursor, editing, setEditing, search };
}

export function ListPage({ register }: { register: Register }) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const narrow = useMediaQuery('(max-width: 48em)') ?? false;
  const state = useListState(register);
  const list = useList(register.name, { ...state.query, expand: expandOf(register, state.columns) });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? null;
  const [selected, setSelected] = useState<Set<number>>(new Set());
  const select = useCallback((ids: number[], on: boolean) => {
    setSelected((before) => {
      const next = new Set(before);
      for (const id of ids)
        if (on) next.add(id);
        else next.delete(id);
      return next;
    });
  }, []);
  const keys = useKeys({ register, rows, readOnly, selected, select });
  useTitle(words.registers(register.name));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const rest = async () => {
    for (let page = list; page.hasNextPage;) page = await page.fetchNextPage();
  };
  const print = usePrint(!hasNextPage, rest);
  const empty = list.isSuccess && rows.length === 0 && !list.isPlaceholderData;
  return (
    <div className="page list-page">
      <Head register={register} state={state} total={total} onPrint={() => void print()} />
      <Group gap={8} mb="sm" className="no-print">
        <Search state={state} inputRef={keys.search} />
        <Filters register={register} state={state} />
        {state.deleted && (
          <Tooltip label={words.t('ui.list.deleted.note')}>
            <Text size="xs" c="dimmed">
              {words.t('ui.list.deleted.on')}
            </Text>
          </Tooltip>
        )}
      </Group>
      {list.error && rows.length === 0 && <Trouble error={list.error} retry={() => void list.refetch()} />}
      {rows.length > 0 && <Missed of={list} />}
      {empty && (
        <div className="surface">
          <Nothing register={register} state={state} />
        </div>
      )}
      {!empty && !(list.error && rows.length === 0) && (
        <RecordTable
          register={register}
          rows={rows}
          total={total}
          columns={state.columns}
          sort={state.sort}
          onSort={(sort) => state.set({ sort })}
          selected={selected}
          onSelect={select}
          cursor={keys.cursor}
          onCursor={keys.setCursor}
          onEnd={more}
          loading={list.isPending || isFetchingNextPage}
          narrow={narrow}
          selectable={!readOnly && register.may.change}
        />
      )}
      <BulkBar register={register} rows={rows} selected={selected} onClear={() => setSelected(new Set())} />
      {keys.editing && <QuickEdit register={register} row={keys.editing} onClose={() => keys.setEditing(null)} />}
    </div>
  );
}

// The requirement tree of a framework: which controls meet each requirement, and how far they are.
import {
  Button,
  FileButton,
  Group,
  Menu,
  SegmentedControl,
  Select,
  Skeleton,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconBooks, IconChevronDown, IconChevronRight, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type CSSProperties } from 'react';
import { useSearchParams } from 'react-router';
import { Problem, api } from '../../core/api';
import { useAsOf } from '../../core/asof';
import { useItems, useRefresh } from '../../core/data';
import { useWords } from '../../core/labels';
import { useSession } from '../../core/session';
import type { Rec } from '../../core/types';
import { Empty } from '../../core/ui/empty';
import { ToneBadge } from '../../core/ui/status';
import { useTitle } from '../../core/ui/title';
import { Missed, sayDone, sayTrouble } from '../../core/ui/trouble';
import { implementationTone } from '../tone';
import { RequirementPanel } from './requirement';
import { coverage, flatten, treeOf, type Node } from './tree';

const ROW = 34;

interface Embedded {
  name: string;
  title: string;
  version?: string;
}

/** Frameworks that come with the program, and files of one's own. */
export function LoadFramework({ loaded }: { loaded: string[] }) {
  const words = useWords();
  const refresh = useRefresh();
  const { has } = useSession();
  const { data } = useQuery({
    queryKey: ['data', 'embedded'],
    queryFn: () => api<{ items: Embedded[] }>('/frameworks').then((answer) => answer.items),
  });
  const [busy, setBusy] = useState(false);
  const load = async (run: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await run();
      sayDone(words.t('ui.framework.loaded'));
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    } finally {
      setBusy(false);
    }
  };
  const upload = async (file: File | null) => {
    if (!file) return;
    const text = await file.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return sayTrouble(new Problem(400, { detail: words.t('ui.data.wrong') }), words);
    }
    return load(() => api('/frameworks', { method: 'POST', body }));
  };
  if (!has('security_manager') && !has('administrator')) return null;
  return (
    <FileButton accept=".json,application/json" onChange={(file) => void upload(file)}>
      {(file) => (
        <Menu>
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={14} />} loading={busy}>
              {words.t('ui.framework.load')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {data
              ?.filter((item) => !loaded.includes(item.name))
              .map((item) => (
                <Menu.Item
                  key={item.name}
                  onClick={() => void load(() => api(`/frameworks/${item.name}`, { method: 'POST' }))}
                >
                  {item.title}
                </Menu.Item>
              ))}
            <Menu.Divider />
            <Menu.Item onClick={file.onClick}>{words.t('ui.framework.file')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </FileButton>
  );
}

interface RowProps {
  node: Node;
  open: boolean;
  at: boolean;
  controls: Rec[];
  onToggle: (id: number) => void;
  onChoose: (id: number) => void;
}

function Row({ node, open, at, controls, onToggle, onChoose }: RowProps) {
  const words = useWords();
  const { record } = node;
  const implementation = coverage(controls);
  const Sign = open ? IconChevronDown : IconChevronRight;
  return (
    <div
      role="treeitem"
      aria-level={node.depth + 1}
      aria-expanded={node.children.length ? open : undefined}
      aria-selected={at}
      className={at ? 'tree-row row-at' : 'tree-row'}
      style={{ '--depth': node.depth } as CSSProperties}
      onClick={() => onChoose(record.id)}
    >
      {node.children.length > 0 ? (
        <button
          type="button"
          tabIndex={-1}
          className="tree-toggle"
          aria-label={words.t(open ? 'ui.tree.close' : 'ui.tree.open')}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(record.id);
          }}
        >
          <Sign size={14} />
        </button>
      ) : (
        <span className="tree-toggle" />
      )}
      <span className="reference">{String(record.identifier ?? '')}</span>
      <span className={node.children.length ? 'clip strong' : 'clip'} style={{ flex: 1 }}>
        {String(record.title)}
      </span>
      {Boolean(record.withdrawn) && (
        <Text size="xs" c="dimmed">
          {words.field('requirement', 'withdrawn')}
        </Text>
      )}
      {controls.length > 0 && (
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {words.t('ui.framework.controls', { n: controls.length })}
        </Text>
      )}
      {Boolean(record.assessable) && !record.withdrawn && (
        <>
          {implementation ? (
            <ToneBadge tone={implementationTone(implementation)}>
              {words.choice('control', 'implementation', implementation)}
            </ToneBadge>
          ) : (
            <Text size="xs" c="dimmed">
              {words.t('ui.framework.nocontrol')}
            </Text>
          )}
        </>
      )}
    </div>
  );
}

/** Controls by the requirement which they meet. */
function useControls() {
  const controls = useItems('control', { sort: 'id' });
  const { data } = controls;
  const byRequirement = useMemo(() => {
    const byRequirement = new Map<number, Rec[]>();
    for (const control of data ?? []) {
      for (const id of (control.requirements as number[] | null) ?? []) {
        byRequirement.set(id, [...(byRequirement.get(id) ?? []), control]);
      }
    }
    return byRequirement;
  }, [data]);
  return { controls, byRequirement };
}

interface TreeProps {
  nodes: Node[];
  closed: Set<number>;
  chosen: number | null;
  byRequirement: Map<number, Rec[]>;
  onToggle: (id: number) => void;
  onChoose: (id: number | null) => void;
}

function Tree({ nodes, closed, chosen, byRequirement, onToggle, onChoose }: TreeProps) {
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 15,
  });
  const index = nodes.findIndex((node) => node.record.id === chosen);
  const { scrollToIndex } = virtual;
  useEffect(() => {
    if (index >= 0) scrollToIndex(index, { align: 'auto' });
  }, [index, scrollToIndex]);
  const move = (by: number) =>
    onChoose(nodes[Math.max(0, Math.min(nodes.length - 1, index + by))]?.record.id ?? null);
  const current = nodes[index];
  const fold = (shut: boolean) => {
    if (current?.children.length && closed.has(current.record.id) !== shut) onToggle(current.record.id);
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    j: () => move(1),
    k: () => move(-1),
    ArrowLeft: () => fold(true),
    ArrowRight: () => fold(false),
    Escape: () => onChoose(null),
    Home: () => onChoose(nodes[0]?.record.id ?? null),
    End: () => onChoose(nodes.at(-1)?.record.id ?? null),
  };
  return (
    <div
      ref={scroller}
      className="tree surface print-whole"
      role="tree"
      tabIndex={0}
      aria-label={words.t('ui.framework.title')}
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (!act || event.target !== event.currentTarget) return;
        event.preventDefault();
        act();
      }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {virtual.getVirtualItems().map((item) => {
          const node = nodes[item.index];
          if (!node) return null;
          return (
            <div
              key={node.record.id}
              role="presentation"
              style={{ position: 'absolute', top: item.start, left: 0, right: 0, height: ROW }}
            >
              <Row
                node={node}
                open={!closed.has(node.record.id)}
                at={node.record.id === chosen}
                controls={byRequirement.get(node.record.id) ?? []}
                onToggle={onToggle}
                onChoose={onChoose}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

type Show = 'all' | 'uncovered' | 'reference';

function useTree(
  framework: string | null,
  show: Show,
  text: string,
  closed: Set<number>,
  byRequirement: Map<number, Rec[]>,
) {
  const requirements = useItems('requirement', { framework, sort: 'position' }, framework !== null);
  const { data } = requirements;
  const nodes = useMemo(() => {
    const keep = (record: Rec) => {
      const assessable = Boolean(record.assessable) && !record.withdrawn;
      if (show === 'uncovered' && !(assessable && !byRequirement.has(record.id))) return false;
      if (show === 'reference' && !record.reference_list) return false;
      return `${String(record.identifier)} ${String(record.title)}`.toLowerCase().includes(text.toLowerCase());
    };
    return flatten(treeOf(data ?? []), closed, show === 'all' && text === '' ? null : keep);
  }, [data, show, text, closed, byRequirement]);
  return { requirements, data, nodes };
}

export function FrameworkPage() {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const [parameters, setParameters] = useSearchParams();
  const frameworks = useItems('framework', { sort: 'title' });
  const framework = parameters.get('framework') ?? (frameworks.data?.[0] ? String(frameworks.data[0].id) : null);
  const show = (parameters.get('show') as Show | null) ?? 'all';
  const [text, setText] = useState('');
  const search = useDeferredValue(text);
  const [closed, setClosed] = useState<Set<number>>(new Set());
  const [chosen, choose] = useState<number | null>(null);
  const { controls, byRequirement } = useControls();
  const { requirements, data, nodes } = useTree(framework, show, search, closed, byRequirement);
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  useTitle(words.t('ui.framework.title'));
  const toggle = useCallback((id: number) => {
    setClosed((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(name, value);
    else next.delete(name);
    setParameters(next, { replace: true });
  };
  const assessable = (data ?? []).filter((record) => record.assessable && !record.withdrawn);
  const covered = assessable.filter((record) => byRequirement.has(record.id)).length;
  const record = data?.find((item) => item.id === chosen);
  return (
    <div className="page list-page">
      <div className="page-head">
        <Title order={1}>{words.t('ui.framework.title')}</Title>
        {!readOnly && <LoadFramework loaded={(frameworks.data ?? []).map((item) => String(item.key))} />}
      </div>
      <Missed of={[frameworks, requirements, controls]} />
      {frameworks.isSuccess && frameworks.data.length === 0 && (
        <div className="surface">
          <Empty icon={IconBooks} title={words.t('ui.framework.none')} text={words.t('ui.framework.none.text')} />
        </div>
      )}
      {framework && (
        <>
          <Group gap={8} mb="sm" className="no-print">
            <Select
              size="xs"
              w={{ base: '100%', sm: 420 }}
              aria-label={words.register('framework')}
              data={(frameworks.data ?? []).map((item) => ({ value: String(item.id), label: String(item.title) }))}
              value={framework}
              onChange={(value) => {
                set('framework', value);
                choose(null);
              }}
              allowDeselect={false}
              searchable
            />
            <TextInput
              ref={input}
              size="xs"
              w={200}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              leftSection={<IconSearch size={14} />}
              placeholder={words.t('ui.list.search')}
              aria-label={words.t('ui.list.search')}
            />
            <SegmentedControl
              size="xs"
              value={show}
              onChange={(value) => set('show', value === 'all' ? null : value)}
              data={(['all', 'uncovered', 'reference'] as const).map((value) => ({
                value,
                label: words.t(`ui.framework.show.${value}`),
              }))}
              aria-label={words.t('ui.soa.show')}
            />
            {data && controls.data && (
              <Text size="xs" c="dimmed" className="number">
                {words.t('ui.framework.covered', { done: covered, n: assessable.length })}
              </Text>
            )}
          </Group>
          {(requirements.isLoading || controls.isLoading) && <Skeleton height={400} />}
          <div hidden={!data || !controls.data} className={record ? 'tree-frame tree-split' : 'tree-frame'}>
            <Tree
              nodes={nodes}
              closed={closed}
              chosen={chosen}
              byRequirement={byRequirement}
              onToggle={toggle}
              onChoose={choose}
            />
            {record && (
              <RequirementPanel
                record={record}
                controls={byRequirement.get(record.id) ?? []}
                onClose={() => choose(null)}
              />
            )}
          </div>
        </>
      )}
    </div>
  );
}

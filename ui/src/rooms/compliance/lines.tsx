// The lines of a Statement of Applicability, edited in place: what is clicked shows at once and is stored after it.
// how far a control is implemented is computed by the server and never typed.
import {
  ActionIcon,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Skeleton,
  Switch,
  Text,
  TextInput,
  Textarea,
  Tooltip,
} from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconAlertTriangle, IconPencil, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { memo, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';
import { Problem } from '../../core/api';
import { useAsOf } from '../../core/asof';
import { changeRecord, useItems } from '../../core/data';
import { RecordsInput } from '../../core/fields/records';
import { useWords } from '../../core/labels';
import { fieldOf, useRegister } from '../../core/schema';
import type { Rec, Ref } from '../../core/types';
import { Heads } from '../../core/ui/heads';
import { ToneBadge } from '../../core/ui/status';
import { Trouble, sayTrouble } from '../../core/ui/trouble';
import { pathOf, refsOf } from '../../core/values';
import { implementationTone } from '../tone';

type Part = 'reasons' | 'justification';
type Show = 'all' | 'open' | 'in' | 'out';

interface LineProps {
  line: Rec;
  at: boolean;
  editing: Part | null;
  readOnly: boolean;
  onChange: (line: Rec, change: Record<string, unknown>) => void;
  onEdit: (line: Rec | null, part: Part | null) => void;
  onFocus: (id: number) => void;
}

function Reasons({ line, editing, readOnly, onChange, onEdit }: LineProps) {
  const words = useWords();
  const reasons = refsOf(line.reasons);
  const [chosen, choose] = useState<unknown>(null);
  if (editing === 'reasons') {
    const close = () => {
      if (chosen !== null) onChange(line, { reasons: chosen });
      onEdit(null, null);
    };
    return (
      <div
        className="soa-edit"
        onBlur={(event) =>
          !event.currentTarget.contains(event.relatedTarget) &&
          !event.relatedTarget?.closest('[role="listbox"]') &&
          close()
        }
        onKeyDown={(event) => event.key === 'Escape' && onEdit(null, null)}
      >
        <RecordsInput
          targets={['risk', 'obligation']}
          by="reference"
          value={chosen ?? reasons.map((ref) => ref.reference)}
          known={reasons}
          onChange={choose}
          aria-label={words.field('soa_line', 'reasons')}
          placeholder={words.t('ui.soa.reasons.search')}
          autoFocus
        />
      </div>
    );
  }
  return (
    <Group gap="2px 8px">
      {reasons.map((ref: Ref) => (
        <Tooltip key={ref.reference} label={ref.title}>
          <Link to={pathOf(ref.register, ref.reference)} className="reason">
            {ref.reference}
          </Link>
        </Tooltip>
      ))}
      {!readOnly && Boolean(line.applicable) && (
        <ActionIcon
          size={24}
          onClick={() => onEdit(line, 'reasons')}
          aria-label={`${words.t('ui.soa.reasons.add')}: ${String(line.title)}`}
          className="no-print"
        >
          <IconPlus size={14} />
        </ActionIcon>
      )}
    </Group>
  );
}

function Justification({ line, editing, readOnly, onChange, onEdit }: LineProps) {
  const words = useWords();
  const text = typeof line.justification === 'string' ? line.justification : '';
  const [typed, setTyped] = useState(text);
  if (editing === 'justification') {
    const save = () => {
      if (typed !== text || line.pending_out)
        onChange(line, { justification: typed.trim() || null, ...(line.pending_out ? { applicable: false } : {}) });
      onEdit(null, null);
    };
    return (
      <Textarea
        size="xs"
        autosize
        autoFocus
        minRows={1}
        maxRows={6}
        aria-label={`${words.field('soa_line', 'justification')}: ${String(line.title)}`}
        placeholder={line.pending_out ? words.t('ui.soa.why.out') : undefined}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onEdit(null, null);
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            save();
          }
        }}
      />
    );
  }
  if (readOnly) return <span>{text}</span>;
  return (
    <button
      type="button"
      className="soa-text"
      onClick={() => {
        setTyped(text);
        onEdit(line, 'justification');
      }}
    >
      {text || (
        <span className="soa-pencil">
          <IconPencil size={14} aria-hidden />
        </span>
      )}
      <span className="visually-hidden">
        {` ${words.t('ui.edit')}: ${words.field('soa_line', 'justification')}, ${String(line.title)}`}
      </span>
    </button>
  );
}

const Line = memo(function Line(props: LineProps) {
  const words = useWords();
  const { line, at, readOnly, onChange, onEdit, onFocus } = props;
  const applicable = Boolean(line.applicable) && !line.pending_out;
  const title = String(line.title);
  const space = title.indexOf(' ');
  const implementation = typeof line.implementation === 'string' ? line.implementation : null;
  return (
    <tr
      className={`row soa-line${at ? ' row-at' : ''}${applicable ? '' : ' soa-out'}`}
      id={`line-${line.id}`}
      onFocus={() => onFocus(line.id)}
      onMouseDown={() => onFocus(line.id)}
    >
      <th scope="row">
        <span className="reference">{title.slice(0, space)}</span>{' '}
        <Link to={pathOf('soa_line', line.reference)} className="soa-title">
          {title.slice(space + 1)}
        </Link>
        {Boolean(line.open) && (
          <Tooltip label={words.t('ui.soa.line.open')}>
            <IconAlertTriangle size={14} className="soa-open" aria-label={words.t('ui.soa.line.open')} />
          </Tooltip>
        )}
      </th>
      <td data-label={words.field('soa_line', 'applicable')}>
        <Switch
          size="xs"
          checked={applicable}
          disabled={readOnly}
          aria-label={`${words.field('soa_line', 'applicable')}: ${title}`}
          onChange={(event) => {
            if (event.currentTarget.checked) onChange(line, { applicable: true });
            else if (line.justification) onChange(line, { applicable: false });
            else onEdit({ ...line, pending_out: true }, 'justification');
          }}
        />
      </td>
      <td data-label={words.field('soa_line', 'reasons')}>
        <Reasons {...props} />
      </td>
      <td data-label={words.field('soa_line', 'good_practice')}>
        <Checkbox
          size="xs"
          checked={Boolean(line.good_practice)}
          disabled={readOnly || !applicable}
          aria-label={`${words.field('soa_line', 'good_practice')}: ${title}`}
          onChange={(event) => onChange(line, { good_practice: event.currentTarget.checked })}
        />
      </td>
      <td data-label={words.field('soa_line', 'justification')}>
        <Justification {...props} />
      </td>
      <td data-label={words.field('soa_line', 'implementation')}>
        <span>
          {implementation && applicable && (
            <ToneBadge tone={implementationTone(implementation)}>
              {words.choice('soa_line', 'implementation', implementation)}
            </ToneBadge>
          )}
          <span className="soa-controls">
            {refsOf(line.controls).map((ref) => (
              <Tooltip key={ref.id} label={ref.title}>
                <Link to={pathOf('control', ref.reference)} className="reason">
                  {ref.reference}
                </Link>
              </Tooltip>
            ))}
          </span>
        </span>
      </td>
    </tr>
  );
});

function matches(line: Rec, show: Show, implementation: string | null, text: string): boolean {
  if (show === 'open' && !line.open) return false;
  if (show === 'in' && !line.applicable) return false;
  if (show === 'out' && line.applicable) return false;
  if (implementation && line.implementation !== implementation) return false;
  return `${String(line.title)} ${String(line.justification ?? '')}`.toLowerCase().includes(text.toLowerCase());
}

/** Changes are shown before the server has answered; a refusal puts the old line back and says why. */
function useLines(soa: Rec) {
  const words = useWords();
  const queries = useQueryClient();
  const as_of = useAsOf();
  const query = useMemo(() => ({ soa: soa.id, sort: 'position', expand: 'reasons,controls' }), [soa.id]);
  const lines = useItems('soa_line', query);
  const key = useMemo(() => ['data', 'items', 'soa_line', query, as_of], [query, as_of]);
  const waiting = useRef(new Map<number, Promise<unknown>>());
  const put = useCallback(
    (line: Rec) =>
      queries.setQueryData<Rec[]>(key, (before) => before?.map((item) => (item.id === line.id ? line : item))),
    [queries, key],
  );
  const store = useCallback(
    async (id: number, change: Record<string, unknown>) => {
      const current = () => queries.getQueryData<Rec[]>(key)?.find((item) => item.id === id);
      const before = current();
      if (!before) return;
      const { reasons, ...plain } = change;
      put({ ...before, ...plain });
      try {
        const saved = await changeRecord('soa_line', before, change);
        put({ ...saved, reasons: before.reasons, controls: before.controls });
        if (reasons !== undefined) await queries.invalidateQueries({ queryKey: ['data', 'items', 'soa_line'] });
        await queries.invalidateQueries({ queryKey: ['data', 'record', 'soa'] });
        await queries.invalidateQueries({ queryKey: ['data', 'transitions', 'soa'] });
      } catch (error) {
        put(before);
        sayTrouble(error, words);
        if (error instanceof Problem && error.status === 409)
          await queries.invalidateQueries({ queryKey: ['data', 'items', 'soa_line'] });
      }
    },
    [queries, key, put, words],
  );
  // One line's changes go one after another, so that each carries the version which the one before it made.
  const change = useCallback(
    (line: Rec, values: Record<string, unknown>) => {
      const next = (waiting.current.get(line.id) ?? Promise.resolve()).then(() => store(line.id, values));
      waiting.current.set(line.id, next);
    },
    [store],
  );
  return { lines, change };
}

interface Narrowed {
  show: Show;
  implementation: string | null;
  text: string;
}

interface BarProps {
  lines: Rec[];
  narrowed: Narrowed;
  onNarrow: (narrowed: Narrowed) => void;
  readOnly: boolean;
}

function Bar({ lines, narrowed, onNarrow, readOnly }: BarProps) {
  const words = useWords();
  const choices = fieldOf(useRegister('soa_line'), 'implementation')?.choices ?? [];
  const count = (value: Show) => lines.filter((line) => matches(line, value, null, '')).length;
  return (
    <Group gap={8} mb="sm" className="no-print">
      <SegmentedControl
        size="xs"
        value={narrowed.show}
        onChange={(value) => onNarrow({ ...narrowed, show: value as Show })}
        data={(['all', 'open', 'in', 'out'] as const).map((value) => ({
          value,
          label: `${words.t(`ui.soa.show.${value}`)} ${count(value)}`,
        }))}
        aria-label={words.t('ui.soa.show')}
      />
      <Select
        size="xs"
        w={190}
        clearable
        placeholder={words.field('soa_line', 'implementation')}
        aria-label={words.field('soa_line', 'implementation')}
        data={choices.map((value) => ({ value, label: words.choice('soa_line', 'implementation', value) }))}
        value={narrowed.implementation}
        onChange={(implementation) => onNarrow({ ...narrowed, implementation })}
      />
      <TextInput
        size="xs"
        w={200}
        value={narrowed.text}
        onChange={(event) => onNarrow({ ...narrowed, text: event.currentTarget.value })}
        leftSection={<IconSearch size={14} />}
        placeholder={words.t('ui.list.search')}
        aria-label={words.t('ui.list.search')}
      />
      {!readOnly && (
        <Text size="xs" c="dimmed" visibleFrom="md">
          {words.t('ui.soa.keys')}
        </Text>
      )}
    </Group>
  );
}

export function Lines({ soa }: { soa: Rec }) {
  const words = useWords();
  const register = useRegister('soa_line');
  const readOnly = useAsOf() !== null || !register?.may.change;
  const { lines, change } = useLines(soa);
  const [narrowed, narrow] = useState<Narrowed>({ show: 'all', implementation: null, text: '' });
  const { show, implementation, text } = useDeferredValue(narrowed);
  const [at, setAt] = useState(-1);
  const [edit, setEdit] = useState<{ line: Rec; part: Part } | null>(null);
  const shown = useMemo(
    () => (lines.data ?? []).filter((line) => matches(line, show, implementation, text)),
    [lines.data, show, implementation, text],
  );
  const onEdit = useCallback(
    (line: Rec | null, part: Part | null) => setEdit(line && part ? { line, part } : null),
    [],
  );
  const current = shown.find((line) => line.id === at);
  const move = (by: number) => {
    const index = Math.max(0, Math.min(shown.length - 1, shown.findIndex((line) => line.id === at) + by));
    const next = shown[index];
    if (!next) return;
    setAt(next.id);
    document.getElementById(`line-${next.id}`)?.scrollIntoView({ block: 'nearest' });
  };
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    ['g', () => current && !readOnly && change(current, { good_practice: !current.good_practice })],
    ['r', () => current && !readOnly && onEdit(current, 'reasons')],
    ['Enter', () => current && !readOnly && onEdit(current, 'justification')],
  ]);
  if (lines.error) return <Trouble error={lines.error} retry={() => void lines.refetch()} />;
  if (!lines.data) return <Skeleton height={400} />;
  const heads = ['title', 'applicable', 'reasons', 'good_practice', 'justification', 'implementation'];
  return (
    <>
      <Bar lines={lines.data} narrowed={narrowed} onNarrow={narrow} readOnly={readOnly} />
      <div className="soa-scroll surface print-whole" tabIndex={0} role="region" aria-label={words.t('ui.soa.lines')}>
        <table className="list soa">
          <Heads
            names={heads.map((name) =>
              name === 'title' ? words.t('ui.soa.control') : words.field('soa_line', name),
            )}
          />
          <tbody>
            {shown.map((line) => (
              <Line
                key={line.id}
                line={edit?.line.id === line.id && edit.line.pending_out ? { ...line, pending_out: true } : line}
                at={at === line.id}
                editing={edit?.line.id === line.id ? edit.part : null}
                readOnly={readOnly}
                onChange={change}
                onEdit={onEdit}
                onFocus={setAt}
              />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && (
          <Text size="sm" c="dimmed" p="lg" ta="center">
            {words.t('ui.list.nomatch')}
          </Text>
        )}
      </div>
    </>
  );
}

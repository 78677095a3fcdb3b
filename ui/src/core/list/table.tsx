// The rows: only those in sight are in the page, whatever the length of the list.
import { Skeleton, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { memo, useEffect, useRef, type MouseEvent, type RefObject } from 'react';
import { Link } from 'react-router';
import { FieldValue } from '../fields/value';
import { useWords } from '../labels';
import type { Field, Rec, Register } from '../types';
import { Status } from '../ui/status';
import { pathOf, titleOf, valueOf } from '../values';
import { usePrinting } from './print';
import { fieldOfColumn } from './state';

const ROW = 38;
const CARD = 92;

export interface TableProps {
  register: Register;
  rows: Rec[];
  total: number | null;
  columns: string[];
  sort: string;
  onSort: (sort: string) => void;
  selected: Set<number>;
  onSelect: (ids: number[], on: boolean) => void;
  cursor: number;
  onCursor: (index: number) => void;
  onEnd: () => void;
  loading: boolean;
  narrow: boolean;
  /** False where nothing can be done with a selection. */
  selectable: boolean;
}

function Cell({ register, record, column }: { register: Register; record: Rec; column: string }) {
  if (column === 'reference') return <span className="reference">{record.reference}</span>;
  if (column === 'status') return <Status register={register.name} status={record.status} />;
  if (column === register.title_field) {
    return (
      <Link to={pathOf(register.name, record.reference)} className="row-title clip" tabIndex={-1}>
        {titleOf(record, register)}
      </Link>
    );
  }
  const field = fieldOfColumn(register, column);
  if (!field) return null;
  return <FieldValue register={register} field={field} value={valueOf(record, field)} brief />;
}

/** Widths that fit what a kind of field usually says, so that columns stand still while one scrolls. */
const WIDTHS: Partial<Record<Field['kind'], number>> = {
  boolean: 84,
  number: 108,
  decimal: 96,
  scale: 100,
  date: 104,
  time: 144,
  choice: 106,
  text: 112,
  link: 126,
  record: 126,
  prose: 240,
};
const OTHER = 132;
const TICK = 42;

function widthOf(register: Register, column: string): number {
  if (column === 'reference') return 106;
  if (column === 'status') return 142;
  if (column === register.title_field) return 200;
  const kind = fieldOfColumn(register, column)?.kind;
  return (kind && WIDTHS[kind]) ?? OTHER;
}

/** What is cut off is told in full under the pointer. */
function tellWhole(event: MouseEvent<HTMLElement>) {
  const cell = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('.clip') : null;
  if (cell && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent ?? '';
}

interface RowProps {
  register: Register;
  record: Rec;
  columns: string[];
  index: number;
  at: boolean;
  selected: boolean;
  onSelect: TableProps['onSelect'];
  onCursor: TableProps['onCursor'];
  selectLabel: string;
  selectable: boolean;
}

const Row = memo(function Row({
  register,
  record,
  columns,
  index,
  at,
  selected,
  onSelect,
  onCursor,
  selectLabel,
  selectable,
}: RowProps) {
  const marks = [at && 'row-at', selected && 'row-selected', record.deleted_at && 'row-deleted'];
  return (
    <tr
      className={['row', ...marks].filter(Boolean).join(' ')}
      aria-rowindex={index + 2}
      aria-selected={selectable ? selected : undefined}
      onMouseDown={() => onCursor(index)}
    >
      {selectable && (
        <td className="cell-check">
          <input
            type="checkbox"
            className="tick"
            checked={selected}
            onChange={(event) => onSelect([record.id], event.currentTarget.checked)}
            aria-label={`${selectLabel} ${record.reference}`}
          />
        </td>
      )}
      {columns.map((column) => (
        <td key={column}>
          <div className="clip">
            <Cell register={register} record={record} column={column} />
          </div>
        </td>
      ))}
    </tr>
  );
});

function SortHead({ column, props }: { column: string; props: TableProps }) {
  const words = useWords();
  const { register, sort, onSort } = props;
  const label =
    column === 'reference'
      ? words.t('ui.reference')
      : words.field(register.name, fieldOfColumn(register, column) ?? column);
  const by = column === 'reference' ? 'id' : column; // references count up as ids do
  const order = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : undefined;
  const next = order === 'ascending' ? `-${by}` : order === 'descending' ? '' : by;
  const sortable = !['links', 'records', 'data', 'ratings', 'choices', 'tags'].includes(
    fieldOfColumn(register, column)?.kind ?? '',
  );
  return (
    <th scope="col" aria-sort={order} title={label}>
      {sortable ? (
        <button type="button" className="head-button" onClick={() => onSort(next)}>
          <span className="head-text">{label}</span>
          {order === 'ascending' && <IconArrowUp size={13} aria-hidden />}
          {order === 'descending' && <IconArrowDown size={13} aria-hidden />}
        </button>
      ) : (
        <span className="head-button">
          <span className="head-text">{label}</span>
        </span>
      )}
    </th>
  );
}

function useRows(props: TableProps, scroller: RefObject<HTMLDivElement | null>, size: number) {
  const { rows, cursor, onEnd } = props;
  const printing = usePrinting();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd();
  }, [last, rows.length, onEnd]);
  const { scrollToIndex } = virtual;
  useEffect(() => {
    if (cursor >= 0) scrollToIndex(cursor, { align: 'auto' });
  }, [cursor, scrollToIndex]);
  // Paper does not scroll: it takes every row.
  if (printing) return { items: rows.map((_, index) => ({ index })), before: 0, after: 0 };
  const before = items[0]?.start ?? 0;
  const after = Math.max(0, virtual.getTotalSize() - (items.at(-1)?.end ?? 0));
  return { items, before, after };
}

function Bones({ columns }: { columns: number }) {
  return Array.from({ length: 10 }, (_, row) => (
    <tr key={row} className="row" aria-hidden>
      {Array.from({ length: columns }, (__, column) => (
        <td key={column}>
          <Skeleton height={10} width={`${40 + ((row * 7 + column * 13) % 50)}%`} />
        </td>
      ))}
    </tr>
  ));
}

function Cards(props: TableProps) {
  const { register, rows, columns, selected, onSelect, selectable } = props;
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const { items, before, after } = useRows(props, scroller, CARD);
  const more = columns
    .filter((column) => !['reference', 'status', register.title_field].includes(column))
    .slice(0, 2);
  return (
    <div
      ref={scroller}
      className="list-scroll print-whole"
      tabIndex={0}
      role="region"
      aria-label={words.registers(register.name)}
    >
      <ul className="cards">
        <li aria-hidden style={{ height: before }} />
        {items.map(({ index }) => {
          const record = rows[index];
          if (!record) return null;
          return (
            <li key={record.id} className="card" style={{ height: CARD }}>
              {selectable && (
                <input
                  type="checkbox"
                  className="tick"
                  checked={selected.has(record.id)}
                  onChange={(event) => onSelect([record.id], event.currentTarget.checked)}
                  aria-label={`${words.t('ui.select')} ${record.reference}`}
                />
              )}
              <div className="card-body">
                <Link to={pathOf(register.name, record.reference)} className="row-title clip">
                  {titleOf(record, register)}
                </Link>
                <div className="card-line">
                  <span className="reference">{record.reference}</span>
                  <Status register={register.name} status={record.status} />
                </div>
                <div className="card-line clip quiet">
                  {more.map((column) => (
                    <span key={column}>
                      <Cell register={register} record={record} column={column} />
                    </span>
                  ))}
                </div>
              </div>
            </li>
          );
        })}
        <li aria-hidden style={{ height: after }} />
      </ul>
      {props.loading && (
        <Text size="sm" c="dimmed" p="sm">
          {words.t('ui.loading')}
        </Text>
      )}
    </div>
  );
}

function Grid(props: TableProps) {
  const { register, rows, columns, selected, selectable } = props;
  const words = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const { items, before, after } = useRows(props, scroller, ROW);
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
  const span = columns.length + (selectable ? 1 : 0);
  const widths = columns.map((column) => widthOf(register, column));
  const width = widths.reduce((sum, one) => sum + one, selectable ? TICK : 0);
  return (
    <div
      ref={scroller}
      className="list-scroll print-whole"
      tabIndex={0}
      role="region"
      aria-label={words.registers(register.name)}
    >
      <table
        className="list list-fixed"
        style={{ minWidth: width }}
        aria-rowcount={props.total ?? -1}
        aria-busy={props.loading}
      >
        <colgroup>
          {selectable && <col className="cell-check" style={{ width: TICK }} />}
          {columns.map((column, index) => (
            <col key={column} style={column === register.title_field ? undefined : { width: widths[index] }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {selectable && (
              <th className="cell-check">
                <input
                  type="checkbox"
                  className="tick"
                  checked={all}
                  ref={(box) => {
                    if (box) box.indeterminate = !all && selected.size > 0;
                  }}
                  onChange={(event) =>
                    props.onSelect(
                      rows.map((row) => row.id),
                      event.currentTarget.checked,
                    )
                  }
                  aria-label={words.t('ui.select.all')}
                />
              </th>
            )}
            {columns.map((column) => (
              <SortHead key={column} column={column} props={props} />
            ))}
          </tr>
        </thead>
        <tbody onMouseOver={tellWhole}>
          {before > 0 && (
            <tr aria-hidden style={{ height: before }}>
              <td colSpan={span} />
            </tr>
          )}
          {items.map(({ index }) => {
            const record = rows[index];
            if (!record) return null;
            return (
              <Row
                key={record.id}
                register={register}
                record={record}
                columns={columns}
                index={index}
                at={props.cursor === index}
                selected={selected.has(record.id)}
                onSelect={props.onSelect}
                onCursor={props.onCursor}
                selectLabel={words.t('ui.select')}
                selectable={selectable}
              />
            );
          })}
          {after > 0 && (
            <tr aria-hidden style={{ height: after }}>
              <td colSpan={span} />
            </tr>
          )}
          {props.loading && rows.length === 0 && <Bones columns={span} />}
        </tbody>
      </table>
    </div>
  );
}

export function RecordTable(props: TableProps) {
  return props.narrow ? <Cards {...props} /> : <Grid {...props} />;
}

// The risk matrix as a heat map. A risk is dragged to another cell, or chosen with the keyboard, to rate it again.
import { Anchor, Group, SegmentedControl, Select, Skeleton, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { IconGridDots, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type DragEvent } from 'react';
import { Link, useSearchParams } from 'react-router';
import { api } from '../../core/api';
import { useAsOf } from '../../core/asof';
import { useItems } from '../../core/data';
import { useWords } from '../../core/labels';
import { methodOf, type Method } from '../../core/method';
import { useRegister } from '../../core/schema';
import type { Rec } from '../../core/types';
import { Empty } from '../../core/ui/empty';
import { LevelBadge } from '../../core/ui/level';
import { Status } from '../../core/ui/status';
import { useTitle } from '../../core/ui/title';
import { Trouble } from '../../core/ui/trouble';
import { isRef, pathOf } from '../../core/values';
import { RATINGS, Rate, levelAt, type Rating } from './rate';

interface MatrixData {
  methodology: Rec | null;
  cells: number[][][];
  risks: Rec[];
}

interface Place {
  likelihood: number;
  consequence: number;
}

interface GridProps {
  method: Method;
  cells: number[][][];
  byId: Map<number, Rec>;
  readOnly: boolean;
  lit: number | null;
  onLight: (id: number | null) => void;
  onRate: (risk: Rec, to?: Place) => void;
}

const CHIP = 'application/x-merlon-risk';
const SHOWN = 8;

function Chip({
  risk,
  lit,
  readOnly,
  onLight,
  onRate,
}: { risk: Rec; lit: boolean } & Pick<GridProps, 'readOnly' | 'onLight' | 'onRate'>) {
  const words = useWords();
  const title = String(risk.title);
  return (
    <Tooltip label={title}>
      <button
        type="button"
        className={lit ? 'chip chip-lit' : 'chip'}
        draggable={!readOnly}
        onDragStart={(event) => event.dataTransfer.setData(CHIP, String(risk.id))}
        onMouseEnter={() => onLight(risk.id)}
        onMouseLeave={() => onLight(null)}
        onFocus={() => onLight(risk.id)}
        onBlur={() => onLight(null)}
        onClick={() => !readOnly && onRate(risk)}
        aria-label={words.t('ui.matrix.chip', { reference: risk.reference, title })}
      >
        {risk.reference}
      </button>
    </Tooltip>
  );
}

function Cell({ place, ids, ...props }: { place: Place; ids: number[] } & GridProps) {
  const words = useWords();
  const [over, setOver] = useState(false);
  const [whole, setWhole] = useState(false);
  const level = levelAt(props.method, place.likelihood, place.consequence);
  const drop = (event: DragEvent) => {
    setOver(false);
    const risk = props.byId.get(Number(event.dataTransfer.getData(CHIP)));
    if (risk) props.onRate(risk, place);
  };
  const shown = whole ? ids : ids.slice(0, SHOWN);
  return (
    <td
      className={over ? 'cell cell-over' : 'cell'}
      style={{ background: level && `color-mix(in oklab, ${level.colour} var(--heat), var(--surface))` }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(CHIP)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className="cell-level">{level?.title}</span>
      <div className="chips">
        {shown.map((id) => {
          const risk = props.byId.get(id);
          return (
            risk && (
              <Chip
                key={id}
                risk={risk}
                lit={props.lit === id}
                readOnly={props.readOnly}
                onLight={props.onLight}
                onRate={props.onRate}
              />
            )
          );
        })}
        {ids.length > shown.length && (
          <button
            type="button"
            className="chip"
            onClick={() => setWhole(true)}
            aria-label={words.t('ui.matrix.more', { n: ids.length - shown.length })}
          >
            +{ids.length - shown.length}
          </button>
        )}
      </div>
    </td>
  );
}

function Heat(props: GridProps) {
  const words = useWords();
  const { method, cells } = props;
  const rows = method.likelihood.map((step, index) => ({ step, likelihood: index + 1 })).reverse();
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.matrix.title')}>
      <table className="heat">
        <caption className="visually-hidden">{words.t('ui.matrix.caption')}</caption>
        <tbody>
          {rows.map(({ step, likelihood }) => (
            <tr key={likelihood}>
              <th scope="row">
                <span className="number">{likelihood}</span> {step.title}
              </th>
              {method.consequence.map((_, index) => (
                <Cell
                  key={index}
                  place={{ likelihood, consequence: index + 1 }}
                  ids={cells[likelihood - 1]?.[index] ?? []}
                  {...props}
                />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td className="heat-axis">{words.t('ui.matrix.axes')}</td>
            {method.consequence.map((step, index) => (
              <th scope="col" key={step.title}>
                <span className="number">{index + 1}</span> {step.title}
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

interface ListProps {
  risks: Rec[];
  method: Method;
  rating: Rating;
  lit: number | null;
  onLight: (id: number | null) => void;
}

function Beside({ risks, method, rating, lit, onLight }: ListProps) {
  const words = useWords();
  const ordered = [...risks].sort((a, b) => Number(b[`${rating}_rank`] ?? 0) - Number(a[`${rating}_rank`] ?? 0));
  return (
    <ul className="lines beside-list">
      {ordered.map((risk) => {
        const level = method.levels.find((item) => item.name === risk[`${rating}_level`]);
        return (
          <li
            key={risk.id}
            className={lit === risk.id ? 'lit' : undefined}
            onMouseEnter={() => onLight(risk.id)}
            onMouseLeave={() => onLight(null)}
          >
            <div className="work-body">
              <Anchor
                component={Link}
                to={pathOf('risk', risk.reference)}
                size="sm"
                c="inherit"
                fw={540}
                className="wrap"
              >
                {String(risk.title)}
              </Anchor>
              <Group gap={10}>
                <span className="reference">{risk.reference}</span>
                {isRef(risk.owner) && (
                  <Text size="xs" c="dimmed">
                    {risk.owner.title}
                  </Text>
                )}
                <Status register="risk" status={risk.status} />
              </Group>
            </div>
            <Text size="xs">{level ? <LevelBadge level={level} /> : words.t('ui.matrix.unrated')}</Text>
          </li>
        );
      })}
    </ul>
  );
}

function useMatrix(rating: Rating, assessment: string | null) {
  const as_of = useAsOf();
  return useQuery({
    queryKey: ['data', 'matrix', rating, assessment, as_of],
    queryFn: () => api<MatrixData>('/risk-matrix', { query: { rating, assessment, as_of } }),
    placeholderData: (previous) => previous,
  });
}

export function MatrixPage() {
  const words = useWords();
  const register = useRegister('risk');
  const readOnly = useAsOf() !== null || !register?.may.change;
  const [parameters, setParameters] = useSearchParams();
  const rating = (RATINGS.find((name) => name === parameters.get('rating')) ?? 'current') as Rating;
  const assessment = parameters.get('assessment');
  const q = parameters.get('q') ?? '';
  const { data, error, refetch } = useMatrix(rating, assessment);
  const assessments = useItems('risk_assessment', { sort: '-id' });
  const [lit, setLit] = useState<number | null>(null);
  const [rated, setRated] = useState<{ risk: Rec; to?: Place } | null>(null);
  useTitle(words.t('ui.matrix.title'));
  const method = useMemo(() => methodOf(data?.methodology ?? undefined), [data]);
  const risks = useMemo(
    () =>
      (data?.risks ?? []).filter((risk) =>
        `${risk.reference} ${String(risk.title)}`.toLowerCase().includes(q.toLowerCase()),
      ),
    [data, q],
  );
  const byId = useMemo(() => new Map(risks.map((risk) => [risk.id, risk])), [risks]);
  const set = (name: string, value: string | null) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(name, value);
    else next.delete(name);
    setParameters(next, { replace: true });
  };
  if (error) return <Trouble whole error={error} retry={() => void refetch()} />;
  return (
    <div className="page">
      <div className="page-head">
        <Title order={1}>{words.t('ui.matrix.title')}</Title>
        <SegmentedControl
          size="xs"
          value={rating}
          onChange={(value) => set('rating', value)}
          data={RATINGS.map((name) => ({ value: name, label: words.t(`ui.rating.${name}`) }))}
          aria-label={words.t('ui.matrix.which')}
        />
        <Select
          size="xs"
          w={230}
          placeholder={words.register('risk_assessment')}
          aria-label={words.register('risk_assessment')}
          data={(assessments.data ?? []).map((item) => ({ value: String(item.id), label: String(item.title) }))}
          value={assessment}
          onChange={(value) => set('assessment', value)}
          clearable
        />
        <TextInput
          size="xs"
          w={180}
          leftSection={<IconSearch size={14} />}
          value={q}
          onChange={(event) => set('q', event.currentTarget.value)}
          placeholder={words.t('ui.list.search')}
          aria-label={words.t('ui.list.search')}
        />
      </div>
      {!data && <Skeleton height={420} />}
      {data && !method && (
        <div className="surface">
          <Empty icon={IconGridDots} title={words.t('ui.matrix.nomethod')} text={words.help('methodology')}>
            <Anchor component={Link} to="/methodology">
              {words.registers('methodology')}
            </Anchor>
          </Empty>
        </div>
      )}
      {data && method && (
        <div className="matrix">
          <div>
            <Heat
              method={method}
              cells={data.cells}
              byId={byId}
              readOnly={readOnly}
              lit={lit}
              onLight={setLit}
              onRate={(risk, to) => setRated({ risk, to })}
            />
            {!readOnly && (
              <Text size="xs" c="dimmed" mt={6} className="no-print">
                {words.t('ui.matrix.hint')}
              </Text>
            )}
          </div>
          <section className="surface section beside" aria-label={words.registers('risk')}>
            <Beside risks={risks} method={method} rating={rating} lit={lit} onLight={setLit} />
          </section>
        </div>
      )}
      {rated && register && method && (
        <Rate
          register={register}
          risk={rated.risk}
          rating={rating}
          method={method}
          to={rated.to}
          onClose={() => setRated(null)}
        />
      )}
    </div>
  );
}

// The methodology in force: names of the steps of its scales, its levels with colours, its matrix.
import { useQuery } from '@tanstack/react-query';
import { api } from './api';
import { useSchema } from './schema';
import type { Page, Rec } from './types';

export interface Level {
  name: string;
  title: string;
  colour: string;
  appetite: string;
  role: string | null;
}

export interface Step {
  title: string;
  help: string;
}

export interface Method {
  likelihood: Step[];
  criteria: { name: string; title: string; steps: Step[] }[];
  /** matrix[likelihood - 1][consequence - 1] names a level. */
  matrix: string[][];
  levels: Level[];
}

type Loose = Record<string, unknown>;
const text = (value: unknown, fallback = ''): string => (typeof value === 'string' ? value : fallback);
const list = (value: unknown): Loose[] =>
  Array.isArray(value)
    ? value.map((item) => (typeof item === 'object' && item ? (item as Loose) : { name: item }))
    : [];
const step = (item: Loose): Step => ({
  title: text(item.title, text(item.label, text(item.name))),
  help: text(item.help, text(item.description)),
});

function levelOf(item: Loose): Level {
  return {
    name: text(item.name),
    title: text(item.title, text(item.label, text(item.name))),
    colour: text(item.colour, text(item.color)),
    appetite: text(item.appetite),
    role: text(item.role) || text(item.approver) || null,
  };
}

/** A methodology record as the pages need it. */
export function methodOf(record: Loose | undefined): Method | undefined {
  if (!record) return undefined;
  const levels = list(record.levels).map(levelOf);
  const cell = (value: unknown) =>
    typeof value === 'number' ? (levels[value - 1]?.name ?? String(value)) : text(value);
  return {
    likelihood: list(record.likelihood ?? record.likelihood_scale).map(step),
    criteria: list(record.criteria ?? record.consequence).map((item) => ({
      name: text(item.name),
      title: text(item.title, text(item.label, text(item.name))),
      steps: list(item.steps ?? item.scale).map(step),
    })),
    matrix: Array.isArray(record.matrix)
      ? record.matrix.map((row: unknown) => (Array.isArray(row) ? row.map(cell) : []))
      : [],
    levels,
  };
}

/** The newest approved methodology, else the newest there is. */
export function useMethod(): Method | undefined {
  const known = useSchema().byName.has('methodology');
  const { data } = useQuery({
    queryKey: ['data', 'method'],
    queryFn: () => api<Page<Rec>>('/methodology', { query: { limit: 50, sort: '-id' } }),
    enabled: known,
    staleTime: 300_000,
    select: chooseMethod,
  });
  return data;
}

function chooseMethod(page: Page<Rec>): Method | undefined {
  const inForce = page.items.find(
    (item) => item.status === 'approved' || item.status === 'in_force' || item.status === 'active',
  );
  return methodOf(inForce ?? page.items[0]);
}

export function scaleStep(method: Method | undefined, scale: string | null, value: number): string | undefined {
  const steps = scaleSteps(method, scale);
  return steps[value - 1]?.title || undefined;
}

/** Likelihood by its name; anything else is a consequence, whose first criterion names the steps. */
export function scaleSteps(method: Method | undefined, scale: string | null): Step[] {
  if (!method || !scale) return [];
  if (scale.includes('likelihood')) return method.likelihood;
  const criterion = method.criteria.find((item) => item.name === scale);
  if (criterion) return criterion.steps;
  return scale.includes('consequence') ? (method.criteria[0]?.steps ?? []) : [];
}

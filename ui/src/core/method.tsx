// The methodology in force: names of the steps of its scales, its levels with colours, its matrix.
import { useQuery } from '@tanstack/react-query';
import { createContext, useContext, type ReactNode } from 'react';
import { api } from './api';
import { useSchema } from './schema';
import type { Page, Rec } from './types';

export interface Level {
  name: string;
  title: string;
  /** 1 is the lowest. */
  rank: number;
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
  consequence: Step[];
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
const step = (item: Loose): Step => ({ title: titleOf(item), help: text(item.description) });

const TITLES = ['title', 'label', 'name'];

function levelOf(item: Loose, index: number, all: Loose[]): Level {
  return {
    name: text(item.name),
    title: titleOf(item),
    rank: index + 1,
    colour: text(item.colour) || rankColour(index, all.length),
    appetite: text(item.appetite),
    role: text(item.approver) || null,
  };
}

function titleOf(item: Loose): string {
  return TITLES.map((key) => text(item[key])).find(Boolean) ?? '';
}

// Green over yellow and orange to red; a method with more levels than this mixes its neighbours.
const HEAT = ['#4f9d69', '#d8b63f', '#e08a3c', '#c9473d', '#8f2430'];

function rankColour(index: number, count: number): string {
  const place = count < 2 ? 0 : (index * (Math.min(count, 4) - 1)) / (count - 1);
  const low = HEAT[Math.floor(place)] ?? '#8a9398';
  const high = HEAT[Math.ceil(place)] ?? low;
  return low === high ? low : `color-mix(in oklab, ${high} ${Math.round((place % 1) * 100)}%, ${low})`;
}

/** A methodology record as the pages need it; its scales are data of its own shape. */
export function methodOf(record: Loose | undefined): Method | undefined {
  const scales = record?.scales as Loose | undefined;
  if (!scales) return undefined;
  const levels = list(scales.levels).map(levelOf);
  const cell = (value: unknown) => levels[Number(value)]?.name ?? '';
  return {
    likelihood: list(scales.likelihood).map(step),
    consequence: list(scales.consequence).map(step),
    criteria: list(scales.criteria).map((item) => ({
      name: text(item.name),
      title: titleOf(item),
      steps: list(item.steps).map(step),
    })),
    matrix: Array.isArray(scales.matrix)
      ? scales.matrix.map((row: unknown) => (Array.isArray(row) ? row.map(cell) : []))
      : [],
    levels,
  };
}

const Context = createContext<Method | undefined>(undefined);

/** Asked for once; every cell that shows a level reads it from here. */
export function MethodProvider({ children }: { children: ReactNode }) {
  const known = useSchema().byName.has('methodology');
  const { data } = useQuery({
    queryKey: ['data', 'method'],
    queryFn: () => api<Page<Rec>>('/methodology', { query: { limit: 50, sort: '-id' } }),
    enabled: known,
    staleTime: 300_000,
    select: chooseMethod,
  });
  return <Context value={data}>{children}</Context>;
}

/** The newest approved methodology, else the newest there is. */
export function useMethod(): Method | undefined {
  return useContext(Context);
}

function chooseMethod(page: Page<Rec>): Method | undefined {
  const inForce = page.items.find((item) => item.status === 'approved');
  return methodOf(inForce ?? page.items[0]);
}

export function scaleStep(method: Method | undefined, scale: string | null, value: number): string | undefined {
  const steps = scaleSteps(method, scale);
  return steps[value - 1]?.title || undefined;
}

/** The steps of a scale by its name: likelihood, consequence, or a criterion of it. */
export function scaleSteps(method: Method | undefined, scale: string | null): Step[] {
  if (!method || !scale) return [];
  if (scale === 'likelihood') return method.likelihood;
  const criterion = method.criteria.find((item) => item.name === scale);
  if (criterion) return criterion.steps;
  return scale === 'consequence' ? method.consequence : [];
}

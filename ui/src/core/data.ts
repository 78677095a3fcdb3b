// Reading and changing records. Every key begins with "data", so that one change refreshes all that may follow from it:
// which other figures a change moves is the server's business.
import { QueryClient, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Problem, api, onceKey, type Query } from './api';
import { useAsOf } from './asof';
import { useWords } from './labels';
import { untilSealed } from './record/sealed';
import type { HistoryItem, LinkItem, NextStep, Page, Rec } from './types';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that believes to be without a network is told so as any failure, instead of waiting in silence.
      networkMode: 'always',
      refetchOnReconnect: true,
      staleTime: 10_000,
      gcTime: 300_000,
      retry: (count, error) => error instanceof Problem && (error.status === 0 || error.status === 503) && count < 2,
      refetchOnWindowFocus: true,
    },
  },
});

export const PAGE = 100;

/** A list that grows while one scrolls. */
export function useList(register: string, query: Query) {
  const as_of = useAsOf();
  return useInfiniteQuery({
    queryKey: ['data', 'list', register, query, as_of],
    queryFn: ({ pageParam, signal }) =>
      api<Page>(`/${register}`, {
        query: { limit: PAGE, ...query, as_of, cursor: pageParam, count: pageParam ? undefined : 1 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** All records that fit one request, for pages which show a whole. */
export function useItems(register: string, query: Query = {}, enabled = true) {
  const as_of = useAsOf();
  return useQuery({
    queryKey: ['data', 'items', register, query, as_of],
    queryFn: ({ signal }) => everything(register, { ...query, as_of }, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

const MOST = 5000;

async function everything(path: string, query: Query, signal: AbortSignal): Promise<Rec[]> {
  const items: Rec[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await api<Page>(`/${path}`, { query: { limit: 500, ...query, cursor }, signal });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < MOST && query.limit === undefined);
  return items;
}

export function useRecord(register: string, id: string | number | null | undefined) {
  const as_of = useAsOf();
  return useQuery({
    queryKey: ['data', 'record', register, String(id), as_of],
    queryFn: ({ signal }) => api<Rec>(`/${register}/${id}`, { query: { expand: '*', as_of }, signal }),
    enabled: id !== null && id !== undefined && id !== '',
  });
}

function useAbout<T>(register: string, id: number | string, part: string, enabled = true) {
  return useQuery({
    queryKey: ['data', part, register, String(id)],
    queryFn: ({ signal }) =>
      api<{ items: T[] }>(`/${register}/${id}/${part}`, { signal }).then((answer) => answer.items),
    enabled,
  });
}

/** What happened to a record, newest first; older pages when they are asked for. */
export function useHistory(register: string, id: number | string) {
  return useInfiniteQuery({
    queryKey: ['data', 'history', register, String(id)],
    queryFn: ({ pageParam, signal }) =>
      api<{ items: HistoryItem[]; next: string | null }>(`/${register}/${id}/history`, {
        query: { cursor: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ({ state }) => untilSealed(state.data?.pages.flatMap((page) => page.items) ?? []),
  });
}
export const useLinks = (register: string, id: number | string) => useAbout<LinkItem>(register, id, 'links');
/** What leans on a record: `total` counts also what the reader may not see. */
export function useLeaning(register: string, id: number | string) {
  return useQuery({
    queryKey: ['data', 'leaning', register, String(id)],
    queryFn: ({ signal }) => api<{ items: LinkItem[]; total: number }>(`/${register}/${id}/links`, { signal }),
  });
}

export function useEvidence(register: string, id: number | string) {
  return useQuery({
    queryKey: ['data', 'evidence', register, String(id)],
    queryFn: ({ signal }) => everything(`${register}/${id}/evidence`, {}, signal),
  });
}

export const useNextSteps = (register: string, id: number | string, version: number) => {
  const as_of = useAsOf();
  const { language } = useWords(); // why a step is not open is a sentence
  return useQuery({
    queryKey: ['data', 'transitions', register, String(id), version, language],
    queryFn: ({ signal }) =>
      api<{ items: NextStep[] }>(`/${register}/${id}/transitions`, { signal }).then((answer) => answer.items),
    enabled: !as_of,
  });
};

export function createRecord(register: string, body: Record<string, unknown>, once = onceKey()): Promise<Rec> {
  return api<Rec>(`/${register}`, { method: 'POST', body, once });
}

export function changeRecord(register: string, record: Rec, body: Record<string, unknown>): Promise<Rec> {
  return api<Rec>(`/${register}/${record.id}`, { method: 'PATCH', body, version: record.version });
}

export function takeStep(register: string, record: Rec, name: string, body: Record<string, unknown>): Promise<Rec> {
  return api<Rec>(`/${register}/${record.id}/transitions/${name}`, { method: 'POST', body, version: record.version });
}

/** Puts everything that was read before a change in doubt. */
export function useRefresh() {
  const queries = useQueryClient();
  return useCallback(() => queries.invalidateQueries({ queryKey: ['data'] }), [queries]);
}

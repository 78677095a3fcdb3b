// The day which the pages show: null is now. Set, everything is read-only, and pages that know today only say so.
import { useSyncExternalStore } from 'react';

const STORE = 'merlon.as_of';
const listeners = new Set<() => void>();
let day: string | null = new URLSearchParams(location.search).get('as_of') ?? sessionStorage.getItem(STORE);

export function asOf(): string | null {
  return day;
}

export function setAsOf(next: string | null): void {
  day = next || null;
  if (day) sessionStorage.setItem(STORE, day);
  else sessionStorage.removeItem(STORE);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAsOf(): string | null {
  return useSyncExternalStore(subscribe, asOf);
}

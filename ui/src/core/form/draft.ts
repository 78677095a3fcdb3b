// What was typed and not yet sent outlives a lost connection, a reload and a closed dialog, in this browser tab.

export type Values = Record<string, unknown>;

const key = (name: string) => `merlon.draft.${name}`;

export function readDraft(name: string): Values | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(name)) ?? 'null') as Values | null;
  } catch {
    return null;
  }
}

export function keepDraft(name: string, values: Values): void {
  try {
    if (Object.keys(values).length) sessionStorage.setItem(key(name), JSON.stringify(values));
    else sessionStorage.removeItem(key(name));
  } catch {
    // The store is full: typing goes on, only the safety copy is lost.
  }
}

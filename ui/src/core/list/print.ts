// Printing a list: all of it, not what happens to be in sight.
import { useEffect, useEffectEvent, useState } from 'react';
import { flushSync } from 'react-dom';

/** True from just before the browser draws the pages of paper until it has done so. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const paper = matchMedia('print');
    const set = (on: boolean) => flushSync(() => setPrinting(on));
    const before = () => set(true);
    const after = () => set(false);
    const change = (event: MediaQueryListEvent) => set(event.matches);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    paper.addEventListener('change', change);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
      paper.removeEventListener('change', change);
    };
  }, []);
  return printing;
}

/** Rows come as one scrolls: the browser's own key for printing waits until the last of them is here. */
export function usePrint(complete: boolean, rest: () => Promise<unknown>): () => Promise<void> {
  const print = async () => {
    await rest();
    window.print();
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (complete || event.key !== 'p' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void print();
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return print;
}

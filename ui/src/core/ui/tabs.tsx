// The strip of tabs. Where they are more than fit beside each other it scrolls, and the chosen one is in sight.
import { Tabs } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';

/** Moves only the strip: the page stays where it is. */
function bringIntoSight(strip: HTMLElement): void {
  const chosen = strip.querySelector('[aria-selected=true]');
  if (!chosen) return;
  const [tab, frame] = [chosen.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += Math.max(0, tab.right - frame.right) - Math.max(0, frame.left - tab.left);
}

interface TabStripProps {
  /** The value of the tab that is open. */
  chosen: string;
  children: ReactNode;
}

export function TabStrip({ chosen, children }: TabStripProps) {
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const list = strip.current;
    if (!list) return;
    // Also when a tab before it grows by the number that it bears.
    const watch = new ResizeObserver(() => bringIntoSight(list));
    for (const tab of list.children) watch.observe(tab);
    return () => watch.disconnect();
  }, [chosen]);
  return (
    <Tabs.List mb="md" className="no-print" ref={strip}>
      {children}
    </Tabs.List>
  );
}

// The requirements of a framework as a tree, and the part of it that is in sight.
import type { Rec } from '../../core/types';

export interface Node {
  record: Rec;
  depth: number;
  children: Node[];
}

export function treeOf(records: Rec[]): Node[] {
  const nodes = new Map<number, Node>(records.map((record) => [record.id, { record, depth: 0, children: [] }]));
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(Number(node.record.parent));
    if (parent) parent.children.push(node);
    else roots.push(node);
  }
  const lower = (node: Node, depth: number) => {
    node.depth = depth;
    for (const child of node.children) lower(child, depth + 1);
  };
  for (const root of roots) lower(root, 0);
  return roots;
}

/** In the order of reading. With `keep`: what it keeps and what that stands under; else without what is folded. */
export function flatten(roots: Node[], closed: Set<number>, keep: ((record: Rec) => boolean) | null): Node[] {
  const result: Node[] = [];
  const visit = (node: Node): boolean => {
    const at = result.push(node) - 1;
    if (!keep && closed.has(node.record.id)) return true;
    const below = node.children.map(visit).some(Boolean);
    if (!keep || below || keep(node.record)) return true;
    result.splice(at, 1);
    return false;
  };
  for (const root of roots) visit(root);
  return result;
}

const STEPS = ['not_started', 'planned', 'partly_implemented', 'implemented', 'effective'];

/** All controls alike give their step; mixed ones give partly, as soon as anything has been done. */
export function coverage(controls: Rec[]): string | null {
  const steps = controls.map((control) => STEPS.indexOf(String(control.implementation))).filter((step) => step >= 0);
  if (steps.length === 0) return null;
  const low = Math.min(...steps);
  const high = Math.max(...steps);
  return STEPS[high <= 1 ? high : low >= 2 ? low : 2] ?? null;
}

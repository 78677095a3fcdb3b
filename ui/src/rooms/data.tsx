// Editors and views of fields whose shape is their register's own, loaded where one is drawn.
import { lazy } from 'react';
import type { DataField } from '../core/fields/data';

const ScalesEditor = lazy(() => import('./risk/scales').then((scales) => ({ default: scales.ScalesEditor })));
const ScalesView = lazy(() => import('./risk/scales').then((scales) => ({ default: scales.ScalesView })));
const Attributes = lazy(() => import('./compliance/attributes').then((view) => ({ default: view.Attributes })));
const Snapshot = lazy(() => import('./compliance/snapshot').then((view) => ({ default: view.Snapshot })));

export const dataFields: Record<string, DataField> = {
  'methodology.scales': { edit: ScalesEditor, view: ScalesView },
  'requirement.attributes': { view: Attributes },
  'soa_version.snapshot': { view: Snapshot },
};

// Fields of kind `data` have a shape of their own register: rooms bring an editor or view where people work with one.
import { createContext, type ComponentType } from 'react';
import type { InputProps } from './input';

export interface DataField {
  edit?: ComponentType<InputProps>;
  view?: ComponentType<{ value: unknown }>;
}

/** By "register.field". */
export const DataFields = createContext<Record<string, DataField>>({});

// What the server says of its registers: everything generic is drawn from this.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Center, Loader } from '@mantine/core';
import { api } from './api';
import { useWords } from './labels';
import type { Field, Register, Schema, State } from './types';
import { Trouble } from './ui/trouble';

interface SchemaValue extends Schema {
  byName: Map<string, Register>;
}

export const SchemaContext = createContext<SchemaValue | null>(null);

export function SchemaProvider({ children }: { children: ReactNode }) {
  const { t, language } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['schema', language], // what a new methodology begins with has names
    queryFn: () => api<Schema>('/schema'),
    staleTime: Infinity,
    placeholderData: (previous) => previous,
  });
  const value = useMemo(
    () => (data ? { ...data, byName: new Map(data.registers.map((register) => [register.name, register])) } : null),
    [data],
  );
  if (error) return <Trouble whole error={error} retry={() => void refetch()} />;
  if (!value) {
    return (
      <Center h="100vh">
        <Loader aria-label={t('ui.loading')} />
      </Center>
    );
  }
  return <SchemaContext.Provider value={value}>{children}</SchemaContext.Provider>;
}

export function useSchema(): SchemaValue {
  const value = useContext(SchemaContext);
  if (!value) throw new Error('The schema is used outside its provider');
  return value;
}

/** The register of that name, or undefined where the caller may not see it. */
export function useRegister(name: string | undefined): Register | undefined {
  return useSchema().byName.get(name ?? '');
}

export function fieldOf(register: Register | undefined, name: string): Field | undefined {
  return register?.fields.find((field) => field.name === name);
}

export function stateOf(register: Register | undefined, name: string | null | undefined): State | undefined {
  return register?.states.find((state) => state.name === name);
}

/** The first field that is one of these kinds, for registers whose field names differ (comment, task). */
export function fieldByKind(register: Register | undefined, kinds: string[]): Field | undefined {
  return register?.fields.find((field) => kinds.includes(field.kind) && !field.derived);
}

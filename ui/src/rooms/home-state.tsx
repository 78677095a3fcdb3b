// The state of the ISMS in figures: how high the risks stand, how far the controls are.
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { api } from '../core/api';
import { useAsOf } from '../core/asof';
import { useWords } from '../core/labels';
import { useMethod } from '../core/method';
import { fieldOf, useRegister } from '../core/schema';
import type { Page } from '../core/types';
import { Bars, type Bar } from '../core/ui/chart';
import { implementationTone } from './tone';

interface Slice {
  value: string;
  name: string;
  colour: string;
}

/** How many records have each of these values. */
function useCounts(register: string, field: string, slices: Slice[], open: (address: string) => void): Bar[] {
  const as_of = useAsOf();
  return useQueries({
    queries: slices.map((slice) => ({
      queryKey: ['data', 'count', register, field, slice.value, as_of],
      queryFn: () => api<Page>(`/${register}`, { query: { [field]: slice.value, limit: 1, count: 1, as_of } }),
    })),
    combine: (results) =>
      results.map((result, index) => {
        const slice = slices[index] as Slice;
        const onOpen = () => open(`/${register}?${field}=${slice.value}`);
        return { name: slice.name, colour: slice.colour, value: result.data?.total ?? 0, onOpen };
      }),
  });
}

export default function State() {
  const words = useWords();
  const navigate = useNavigate();
  const method = useMethod();
  const control = useRegister('control');
  const open = (address: string) => void navigate(address);
  const levels = [...(method?.levels ?? [])]
    .reverse()
    .map((level) => ({ value: level.name, name: level.title, colour: level.colour }));
  const steps = (fieldOf(control, 'implementation')?.choices ?? []).map((value) => ({
    value,
    name: words.choice('control', 'implementation', value),
    colour: value === 'effective' ? 'var(--mantine-color-anchor)' : `var(--tone-${implementationTone(value)})`,
  }));
  const risks = useCounts('risk', 'current_level', levels, open);
  const controls = useCounts('control', 'implementation', steps, open);
  return (
    <div className="home">
      {risks.length > 0 && <Bars title={words.t('ui.home.risks')} bars={risks} unit={words.registers('risk')} />}
      {controls.length > 0 && (
        <Bars title={words.t('ui.home.controls')} bars={controls} unit={words.registers('control')} />
      )}
    </div>
  );
}

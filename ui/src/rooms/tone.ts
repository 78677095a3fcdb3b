// How far a control is, as a tone: the words come from the server, this only colours them.
import type { Tone } from '../core/types';

const TONES: Record<string, Tone> = {
  not_started: 'neutral',
  planned: 'active',
  partly_implemented: 'warning',
  implemented: 'good',
  effective: 'good',
};

export function implementationTone(value: string): Tone {
  return TONES[value] ?? 'neutral';
}

// Status: always a sign, a word and a tone together.
import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconHexagon,
  type Icon,
} from '@tabler/icons-react';
import { useWords } from '../labels';
import { stateOf, useRegister } from '../schema';
import type { Tone } from '../types';

const SIGNS: Record<Tone, Icon> = {
  neutral: IconCircleDashed,
  active: IconCircleHalf2,
  good: IconCircleCheck,
  warning: IconAlertTriangle,
  bad: IconHexagon,
};

export function ToneBadge({ tone, children }: { tone: Tone; children: string }) {
  const Sign = SIGNS[tone] ?? IconCircle;
  return (
    <span className={`tone tone-${tone}`}>
      <Sign size={13} stroke={2} aria-hidden />
      <span className="clip">{children}</span>
    </span>
  );
}

export function Status({ register, status }: { register: string; status: string | null | undefined }) {
  const words = useWords();
  const state = stateOf(useRegister(register), status);
  if (!status) return null;
  return <ToneBadge tone={state?.tone ?? 'neutral'}>{words.state(register, status)}</ToneBadge>;
}

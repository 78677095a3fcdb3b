// Rating a risk again: likelihood, consequence by criterion, and the reason, with the level that follows shown at once.
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { changeRecord, useRefresh } from '../../core/data';
import { FieldInput } from '../../core/fields/input';
import { useWords } from '../../core/labels';
import type { Level, Method } from '../../core/method';
import { fieldOf } from '../../core/schema';
import type { Rec, Register } from '../../core/types';
import { Dialog } from '../../core/ui/dialog';
import { LevelBadge } from '../../core/ui/level';
import { sayDone, fieldSentence, sentence } from '../../core/ui/trouble';

export const RATINGS = ['inherent', 'current', 'target'] as const;
export type Rating = (typeof RATINGS)[number];
export type Consequences = Record<string, number>;

export function consequencesOf(risk: Rec, rating: Rating): Consequences {
  return (risk[`${rating}_consequences`] as Consequences | null) ?? {};
}

/** A consequence is the maximum over its criteria. */
export function highest(consequences: Consequences): number {
  return Math.max(0, ...Object.values(consequences));
}

export function levelAt(method: Method, likelihood: number, consequence: number): Level | undefined {
  const name = method.matrix[likelihood - 1]?.[consequence - 1];
  return method.levels.find((level) => level.name === name);
}

/** The criteria so that their maximum is `to`: higher ones come down, and if none reaches it, the highest goes up. */
export function movedTo(consequences: Consequences, to: number, method: Method): Consequences {
  const lowered = Object.fromEntries(Object.entries(consequences).map(([name, step]) => [name, Math.min(step, to)]));
  if (highest(lowered) === to) return lowered;
  const leading = Object.entries(lowered).sort((a, b) => b[1] - a[1])[0]?.[0] ?? method.criteria[0]?.name;
  return leading ? { ...lowered, [leading]: to } : lowered;
}

interface RateProps {
  register: Register;
  risk: Rec;
  rating: Rating;
  method: Method;
  /** Where it was dropped on the matrix. */
  to?: { likelihood: number; consequence: number };
  onClose: () => void;
}

export function Rate({ register, risk, rating, method, to, onClose }: RateProps) {
  const words = useWords();
  const refresh = useRefresh();
  const names = {
    likelihood: `${rating}_likelihood`,
    consequences: `${rating}_consequences`,
    reason: `${rating}_reason`,
  };
  const [likelihood, setLikelihood] = useState<number | null>(
    to?.likelihood ?? (risk[names.likelihood] as number | null),
  );
  const [consequences, setConsequences] = useState<Consequences>(() => {
    const before = consequencesOf(risk, rating);
    return to ? movedTo(before, to.consequence, method) : before;
  });
  const [reason, setReason] = useState(String(risk[names.reason] ?? ''));
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const level = likelihood ? levelAt(method, likelihood, highest(consequences)) : undefined;
  const save = async () => {
    setBusy(true);
    try {
      await changeRecord('risk', risk, {
        [names.likelihood]: likelihood,
        [names.consequences]: consequences,
        [names.reason]: reason || null,
      });
      await refresh();
      sayDone(words.t('ui.rate.done', { reference: risk.reference }));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const inputs = [
    [names.likelihood, likelihood, setLikelihood],
    [names.consequences, consequences, setConsequences],
    [names.reason, reason, setReason],
  ] as [string, unknown, (value: unknown) => void][];
  return (
    <Dialog
      opened
      onClose={onClose}
      size="lg"
      title={words.t('ui.rate.title', { reference: risk.reference, rating: words.t(`ui.rating.${rating}`) })}
    >
      <Stack>
        <Text size="sm" fw={550}>
          {String(risk[register.title_field])}
        </Text>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        {inputs.map(([name, value, set]) => {
          const field = fieldOf(register, name);
          const error = fieldSentence(problem, name, words);
          return (
            field && (
              <FieldInput key={name} register={register} field={field} value={value} onChange={set} error={error} />
            )
          );
        })}
        <Group justify="space-between">
          <Text size="sm" aria-live="polite">
            {words.t('ui.rate.level')} {level ? <LevelBadge level={level} /> : '–'}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.t('ui.cancel')}
            </Button>
            <Button onClick={() => void save()} loading={busy}>
              {words.t('ui.save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Dialog>
  );
}

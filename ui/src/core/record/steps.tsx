// The next steps of a record as buttons. A step that is not allowed stays in sight and says why.
import { Alert, Button, Group, Stack, Textarea, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { takeStep, useNextSteps, useRefresh } from '../data';
import { FieldInput } from '../fields/input';
import type { Values } from '../form/draft';
import { useWords } from '../labels';
import { fieldOf, stateOf } from '../schema';
import type { NextStep, Rec, Register } from '../types';
import { Dialog } from '../ui/dialog';
import { sayDone, fieldSentence, sentence } from '../ui/trouble';
import { plain, valueOf } from '../values';
import { DecisionView, useDecision } from './decision';

interface StepProps {
  register: Register;
  record: Rec;
}

export function StepDialog({ register, record, step, onClose }: StepProps & { step: NextStep; onClose: () => void }) {
  const words = useWords();
  const refresh = useRefresh();
  const fields = step.asks.flatMap((name) => fieldOf(register, name) ?? []);
  const demands = register.transitions.find((item) => item.name === step.name)?.demands ?? [];
  const [values, setValues] = useState<Values>(() =>
    Object.fromEntries(fields.map((field) => [field.name, plain(valueOf(record, field) ?? null, field)])),
  );
  const [comment, setComment] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const decision = useDecision(register.name, record, step);
  const go = async () => {
    setBusy(true);
    try {
      const said = comment.trim() ? { ...values, comment } : values;
      const shown = decision.data ? { content_sha256: decision.data.sha256 } : {};
      await takeStep(register.name, record, step.name, { ...said, ...shown });
      await refresh();
      sayDone(words.t('ui.step.done', { reference: record.reference, state: words.state(register.name, step.to) }));
      onClose();
    } catch (error) {
      setProblem(error);
      if (step.decision) void decision.refetch(); // it may have changed since
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened
      onClose={onClose}
      title={`${words.transition(register.name, step.name)}: ${record.reference}`}
      size="lg"
    >
      <Stack>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        {step.decision && <DecisionView register={register} asked={decision} />}
        {fields.map((field) => (
          <FieldInput
            key={field.name}
            register={register}
            field={field}
            value={values[field.name]}
            known={valueOf(record, field)}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
            demanded={demands.includes(field.name)}
            error={fieldSentence(problem, field.name, words)}
          />
        ))}
        <Textarea
          label={words.t('ui.step.comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.t('ui.cancel')}
          </Button>
          <Button onClick={() => void go()} loading={busy} disabled={step.decision && !decision.data}>
            {words.transition(register.name, step.name)}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** The step to be pressed next: towards a later state, and not one of giving up. */
function leadsOn(register: Register, record: Rec, step: NextStep): boolean {
  const place = (name: string | null) => register.states.findIndex((state) => state.name === name);
  const tone = stateOf(register, step.to)?.tone;
  return place(step.to) > place(record.status) && tone !== 'neutral' && tone !== 'bad';
}

export function Steps({ register, record }: StepProps) {
  const words = useWords();
  const { data } = useNextSteps(register.name, record.id, record.version);
  const [open, setOpen] = useState<NextStep | null>(null);
  const first = data?.find((step) => step.allowed && leadsOn(register, record, step));
  return (
    <>
      {data?.map((step) => {
        const name = words.transition(register.name, step.name);
        if (step.allowed) {
          return (
            <Button key={step.name} variant={step === first ? 'filled' : 'default'} onClick={() => setOpen(step)}>
              {name}
            </Button>
          );
        }
        return (
          <Tooltip
            key={step.name}
            label={step.reason ?? words.t('ui.step.denied')}
            events={{ hover: true, focus: true, touch: true }}
          >
            <Button
              variant="default"
              data-disabled
              aria-disabled
              aria-description={step.reason ?? words.t('ui.step.denied')}
              leftSection={<IconLock size={13} />}
              onClick={(event) => event.preventDefault()}
            >
              {name}
            </Button>
          </Tooltip>
        );
      })}
      {open && <StepDialog register={register} record={record} step={open} onClose={() => setOpen(null)} />}
    </>
  );
}

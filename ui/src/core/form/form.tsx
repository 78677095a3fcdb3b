// One form for every register. Only what was changed is sent; field errors come back to their fields, all at once.
import { Alert, Button, Fieldset, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconAlertTriangle, IconPencil } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState, type FormEvent } from 'react';
import { Problem, api, onceKey } from '../api';
import { changeRecord, createRecord, useRefresh } from '../data';
import { FieldInput, isWide } from '../fields/input';
import { useWords } from '../labels';
import { useSession } from '../session';
import type { Field, Rec, Register } from '../types';
import { fieldSentence, sentence } from '../ui/trouble';
import { isEmpty, plain, same, valueOf } from '../values';
import { Conflict, type ConflictState } from './conflict';
import { keepDraft, readDraft, type Values } from './draft';

interface FormProps {
  register: Register;
  record?: Rec;
  /** Values to begin a new record with. */
  start?: Values;
  /** Only these fields, in this order. */
  only?: string[];
  onSaved: (record: Rec) => void;
  onCancel: () => void;
}

export function editable(field: Field, creating: boolean): boolean {
  return !field.derived && !field.by_transition && field.name !== 'status' && (creating || !field.fixed);
}

function valuesOf(record: Rec, fields: Field[]): Values {
  return Object.fromEntries(fields.map((field) => [field.name, plain(valueOf(record, field) ?? null, field)]));
}

/** A new record begins in the caller's unit and as the caller's own. */
function useStart(register: Register, start: Values | undefined): Values {
  const { session } = useSession();
  const has = (name: string) => register.fields.some((field) => field.name === name && !field.derived);
  return {
    ...Object.fromEntries(
      register.fields.flatMap((field) => (isEmpty(field.fallback) ? [] : [[field.name, field.fallback]])),
    ),
    ...(has('unit') ? { unit: session.roles.find((grant) => grant.unit)?.unit ?? null } : {}),
    ...(has('owner') ? { owner: session.user.person } : {}),
    ...start,
  };
}

/** The record as somebody else left it, when that is why a change was refused. */
async function changedMeanwhile(register: string, record: Rec, error: unknown): Promise<Rec | null> {
  if (!(error instanceof Problem) || error.status !== 409) return null;
  const current = (error.body.current as Rec | undefined) ?? (await api<Rec>(`/${register}/${record.id}`));
  return current.version === record.version ? null : current;
}

/** Custom fields travel in an object of their own. */
function bodyOf(changes: Values, fields: Field[]): Values {
  const body: Values = {};
  const custom: Values = {};
  for (const field of fields) {
    if (field.name in changes) (field.custom ? custom : body)[field.name] = changes[field.name];
  }
  return Object.keys(custom).length ? { ...body, custom } : body;
}

export function useForm({ register, record, start, only, onSaved }: Omit<FormProps, 'onCancel'>) {
  const refresh = useRefresh();
  const creating = record === undefined;
  const draftName = `${register.name}.${record?.id ?? 'new'}`;
  const fields = useMemo(() => {
    const all = register.fields.filter((field) => editable(field, creating));
    return only ? only.flatMap((name) => all.filter((field) => field.name === name)) : all;
  }, [register, creating, only]);
  const begin = useStart(register, start);
  const base = useMemo(() => (record ? valuesOf(record, fields) : {}), [record, fields]);
  const [changes, setChanges] = useState<Values>(() => readDraft(draftName) ?? (creating ? begin : {}));
  const [drafted, setDrafted] = useState(() => readDraft(draftName) !== null);
  const [problem, setProblem] = useState<unknown>(null);
  const [conflict, setConflict] = useState<ConflictState | null>(null);
  const [busy, setBusy] = useState(false);
  const once = useRef(onceKey());

  const set = (field: Field, value: unknown) => {
    const next = { ...changes, [field.name]: value };
    if (!creating && same(value, base[field.name])) Reflect.deleteProperty(next, field.name);
    setChanges(next);
    keepDraft(draftName, next);
  };
  const discard = () => {
    keepDraft(draftName, {});
    setChanges(creating ? begin : {});
    setDrafted(false);
    setProblem(null);
  };
  const submit = async (values: Values, version?: number) => {
    setBusy(true);
    setProblem(null);
    try {
      const body = bodyOf(values, fields);
      const saved = record
        ? await changeRecord(register.name, { ...record, version: version ?? record.version }, body)
        : await createRecord(register.name, body, once.current);
      keepDraft(draftName, {});
      await refresh();
      onSaved(saved);
    } catch (error) {
      const current = record && (await changedMeanwhile(register.name, record, error));
      if (current && Object.entries(values).every(([name, value]) => same(value, valuesOf(current, fields)[name]))) {
        // It was saved, and only the answer was lost.
        keepDraft(draftName, {});
        await refresh();
        onSaved(current);
      } else if (current) setConflict({ current, theirs: valuesOf(current, fields), mine: values });
      else setProblem(error);
      if (error instanceof Problem && error.status !== 0) once.current = onceKey();
    } finally {
      setBusy(false);
    }
  };
  return { fields, base, changes, drafted, problem, conflict, busy, creating, set, discard, submit, setConflict };
}

/** Sections in the order of the register, each with its fields. */
export function grouped(fields: Field[]): [string, Field[]][] {
  const groups = new Map<string, Field[]>();
  for (const field of fields) groups.set(field.group, [...(groups.get(field.group) ?? []), field]);
  return [...groups];
}

export function RecordForm(props: FormProps) {
  const words = useWords();
  const form = useForm(props);
  const ref = useRef<HTMLFormElement>(null);
  const problem = form.problem instanceof Problem ? form.problem : null;
  const strayed = problem?.body.errors?.filter(
    (error) => !form.fields.some((field) => error.pointer.split('/').includes(field.name)),
  );
  useEffect(() => {
    if (form.problem) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form.problem]);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void form.submit(form.changes);
  };
  return (
    <form ref={ref} onSubmit={onSubmit} noValidate aria-label={words.register(props.register.name)}>
      <Stack gap="md">
        {form.drafted && (
          <Alert color="blue" icon={<IconPencil />} p="xs">
            <Group justify="space-between" gap="xs">
              {words.t('ui.form.draft')}
              <Button size="compact-xs" variant="default" onClick={form.discard}>
                {words.t('ui.form.discard')}
              </Button>
            </Group>
          </Alert>
        )}
        {form.problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(form.problem, words)}
            {strayed?.map((error) => (
              <div key={error.pointer + error.code}>
                {error.pointer}: {error.detail}
              </div>
            ))}
          </Alert>
        )}
        {grouped(form.fields).map(([group, fields]) => (
          <Fieldset key={group} variant="unstyled" legend={group ? words.label(`group.${group}`) : undefined}>
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
              {fields.map((field) => (
                <div key={field.name} style={isWide(field) ? { gridColumn: '1 / -1' } : undefined}>
                  <FieldInput
                    register={props.register}
                    field={field}
                    value={field.name in form.changes ? form.changes[field.name] : form.base[field.name]}
                    known={props.record ? valueOf(props.record, field) : undefined}
                    onChange={(value) => form.set(field, value)}
                    error={fieldSentence(form.problem, field.name, words)}
                  />
                </div>
              ))}
            </SimpleGrid>
          </Fieldset>
        ))}
        <Group justify="flex-end" className="form-actions">
          <Button variant="default" onClick={props.onCancel}>
            {words.t('ui.cancel')}
          </Button>
          <Button
            type="submit"
            loading={form.busy}
            disabled={!form.creating && Object.keys(form.changes).length === 0}
          >
            {words.t(form.creating ? 'ui.create' : 'ui.save')}
          </Button>
        </Group>
      </Stack>
      {form.conflict && (
        <Conflict
          register={props.register}
          fields={form.fields}
          conflict={form.conflict}
          onClose={() => form.setConflict(null)}
          onMerge={(values, version) => {
            form.setConflict(null);
            void form.submit(values, version);
          }}
        />
      )}
    </form>
  );
}

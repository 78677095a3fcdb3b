// A new record of any register. Values in the address fill the form: /risk/new?assets=12.
import { Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { RecordForm } from '../form/form';
import { useWords } from '../labels';
import { fieldOf } from '../schema';
import type { Field, Register } from '../types';
import { sayDone } from '../ui/trouble';
import { useTitle } from '../ui/title';
import { pathOf } from '../values';

function parse(field: Field, text: string): unknown {
  const one = (part: string) => (/^\d+$/.test(part) ? Number(part) : part);
  if (['links', 'records', 'choices', 'tags'].includes(field.kind)) return text.split(',').map(one);
  if (['number', 'decimal', 'scale', 'link'].includes(field.kind)) return one(text);
  return text;
}

export function NewPage({ register }: { register: Register }) {
  const words = useWords();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const title = words.t('ui.new', { register: words.register(register.name) });
  useTitle(title);
  const start = useMemo(
    () =>
      Object.fromEntries(
        [...parameters].flatMap(([name, text]) => {
          const field = fieldOf(register, name);
          return field ? [[name, parse(field, text)]] : [];
        }),
      ),
    [parameters, register],
  );
  return (
    <div className="page">
      <div className="page-head">
        <Title order={1}>{title}</Title>
      </div>
      {words.help(register.name) && (
        <Text size="sm" c="dimmed" mb="md" maw={720}>
          {words.help(register.name)}
        </Text>
      )}
      <section className="surface section" style={{ maxWidth: 980 }}>
        <RecordForm
          register={register}
          start={start}
          onCancel={() => void navigate(-1)}
          onSaved={(record) => {
            sayDone(words.t('ui.created', { reference: record.reference }));
            void navigate(pathOf(register.name, record.reference), { replace: true });
          }}
        />
      </section>
    </div>
  );
}

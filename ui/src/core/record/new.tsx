// A new record of any register. Values in the address fill the form (/risk/new?assets=12), as does a record to copy.
import { Skeleton, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { useRecord } from '../data';
import { RecordForm, editable } from '../form/form';
import type { Values } from '../form/draft';
import { useWords } from '../labels';
import { fieldOf } from '../schema';
import type { Field, Rec, Register } from '../types';
import { Missed, sayDone } from '../ui/trouble';
import { useTitle } from '../ui/title';
import { isEmpty, pathOf, plain, valueOf } from '../values';

function parse(field: Field, text: string): unknown {
  const one = (part: string) => (/^\d+$/.test(part) ? Number(part) : part);
  if (['links', 'records', 'choices', 'tags'].includes(field.kind)) return text.split(',').map(one);
  if (['number', 'decimal', 'scale', 'link'].includes(field.kind)) return one(text);
  return text;
}

/** What may stand in the copy as it stands in the record. */
function copied(register: Register, record: Rec): Values {
  const fields = register.fields.filter(
    (field) => editable(field, true) && !field.unique && !isEmpty(valueOf(record, field)),
  );
  return Object.fromEntries(fields.map((field) => [field.name, plain(valueOf(record, field), field)]));
}

export function NewPage({ register }: { register: Register }) {
  const words = useWords();
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const original = parameters.get('copy');
  const asked = useRecord(register.name, original);
  const record = asked.data;
  const title = words.t('ui.new', { register: words.register(register.name) });
  useTitle(title);
  const start = useMemo(() => {
    const given = [...parameters].flatMap(([name, text]) => {
      const field = fieldOf(register, name);
      return field ? [[name, parse(field, text)]] : [];
    });
    return { ...(record ? copied(register, record) : {}), ...(Object.fromEntries(given) as Values) };
  }, [parameters, register, record]);
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
        <Missed of={asked} />
        {original && !record ? (
          asked.isPending && <Skeleton height={300} />
        ) : (
          <RecordForm
            register={register}
            start={start}
            onCancel={() => void navigate(-1)}
            onSaved={(saved) => {
              sayDone(words.t('ui.created', { reference: saved.reference }));
              void navigate(pathOf(register.name, saved.reference), { replace: true });
            }}
          />
        )}
      </section>
    </div>
  );
}

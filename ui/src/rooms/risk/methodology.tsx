// A methodology is never changed once approved: the next version begins as a copy of it.
import { Button, Group, Text } from '@mantine/core';
import { IconVersions } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useAsOf } from '../../core/asof';
import { useWords } from '../../core/labels';
import { RecordPage } from '../../core/record/page';
import type { Rec, Register } from '../../core/types';

function NextVersion({ register, record }: { register: Register; record: Rec }) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  if (readOnly || record.status !== 'approved' || !register.may.create) return null;
  return (
    <section className="surface section no-print">
      <Group justify="space-between">
        <Text size="sm">{words.t('ui.method.next.text')}</Text>
        <Button
          component={Link}
          to={`/methodology/new?copy=${record.id}&replaces=${record.id}`}
          variant="default"
          leftSection={<IconVersions size={15} />}
        >
          {words.t('ui.method.next')}
        </Button>
      </Group>
    </section>
  );
}

export function MethodologyPage({ register, reference }: { register: Register; reference: string }) {
  return (
    <RecordPage
      register={register}
      reference={reference}
      story={(record) => <NextVersion register={register} record={record} />}
    />
  );
}

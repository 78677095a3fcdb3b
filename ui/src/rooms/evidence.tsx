// A piece of evidence: its file, and what its grade says of how far it can be trusted.
import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconFile } from '@tabler/icons-react';
import { useState } from 'react';
import { useWords } from '../core/labels';
import { RecordPage } from '../core/record/page';
import type { Rec, Register } from '../core/types';
import { NotDownloaded, useDownload } from '../core/ui/download';

function size(bytes: number, language: string): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}

function File({ evidence }: { evidence: Rec }) {
  const words = useWords();
  const [failed, setFailed] = useState('');
  const link = useDownload(setFailed);
  if (typeof evidence.file_name !== 'string') return null;
  return (
    <section className="surface section">
      <Group gap="sm">
        <IconFile size={20} stroke={1.5} className="quiet" aria-hidden />
        <Text size="sm" fw={540} className="wrap">
          {evidence.file_name}
        </Text>
        <Text size="xs" c="dimmed" flex={1}>
          {size(Number(evidence.file_size ?? 0), words.language)}
        </Text>
        <Button
          component="a"
          {...link(`/evidence/${evidence.id}/content`)}
          variant="default"
          leftSection={<IconDownload size={14} />}
        >
          {words.t('ui.download')}
        </Button>
      </Group>
      {failed && <NotDownloaded why={failed} />}
    </section>
  );
}

export function EvidencePage({ register, reference }: { register: Register; reference: string }) {
  return (
    <RecordPage
      register={register}
      reference={reference}
      without={['blob', 'file_name', 'file_size']}
      story={(evidence) => <File evidence={evidence} />}
    />
  );
}

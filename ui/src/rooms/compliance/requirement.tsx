// A requirement beside its tree: what it asks, what meets it, and how to add what is missing.
import { ActionIcon, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../core/api';
import { useAsOf } from '../../core/asof';
import { changeRecord, useRefresh } from '../../core/data';
import { RecordInput } from '../../core/fields/records';
import { useWords } from '../../core/labels';
import { useRegister } from '../../core/schema';
import type { Rec } from '../../core/types';
import { Prose } from '../../core/ui/prose';
import { ToneBadge } from '../../core/ui/status';
import { sayTrouble } from '../../core/ui/trouble';
import { pathOf } from '../../core/values';
import { implementationTone } from '../tone';
import { Attributes } from './attributes';

export function RequirementPanel({
  record,
  controls,
  onClose,
}: {
  record: Rec;
  controls: Rec[];
  onClose: () => void;
}) {
  const words = useWords();
  const refresh = useRefresh();
  const register = useRegister('control');
  const readOnly = useAsOf() !== null;
  const [chosen, choose] = useState<unknown>(null);
  const link = async () => {
    try {
      const control = await api<Rec>(`/control/${String(chosen)}`);
      const requirements = [...new Set([...((control.requirements as number[] | null) ?? []), record.id])];
      await changeRecord('control', control, { requirements });
      choose(null);
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    }
  };
  const title = encodeURIComponent(String(record.title));
  return (
    <aside className="surface section tree-panel" aria-label={String(record.identifier)}>
      <Group justify="space-between" wrap="nowrap" align="start">
        <div>
          <span className="reference">{String(record.identifier)}</span>
          <h2>{String(record.title)}</h2>
        </div>
        <ActionIcon onClick={onClose} aria-label={words.t('ui.close')}>
          <IconX size={16} />
        </ActionIcon>
      </Group>
      <Stack gap="md" mt="sm">
        {typeof record.text === 'string' && <Prose text={record.text} />}
        {typeof record.guidance === 'string' && <Prose text={record.guidance} />}
        <div hidden={!record.assessable && controls.length === 0}>
          <h3>{words.registers('control')}</h3>
          {controls.length === 0 && (
            <Text size="sm" c="dimmed">
              {words.t('ui.framework.nocontrol.text')}
            </Text>
          )}
          <ul className="lines">
            {controls.map((control) => (
              <li key={control.id}>
                <span className="reference">{control.reference}</span>
                <Anchor
                  component={Link}
                  to={pathOf('control', control.reference)}
                  size="sm"
                  flex={1}
                  className="wrap"
                >
                  {String(control.title)}
                </Anchor>
                {typeof control.implementation === 'string' && (
                  <ToneBadge tone={implementationTone(control.implementation)}>
                    {words.choice('control', 'implementation', control.implementation)}
                  </ToneBadge>
                )}
              </li>
            ))}
          </ul>
        </div>
        {!readOnly && register?.may.change && Boolean(record.assessable) && (
          <Group gap="xs" align="end" wrap="nowrap">
            <div style={{ flex: 1 }}>
              <RecordInput
                targets={['control']}
                by="id"
                value={chosen}
                onChange={choose}
                aria-label={words.t('ui.framework.link')}
                placeholder={words.t('ui.framework.link')}
              />
            </div>
            <Button variant="default" disabled={chosen === null} onClick={() => void link()} h={36}>
              {words.t('ui.add')}
            </Button>
          </Group>
        )}
        {!readOnly && register?.may.create && Boolean(record.assessable) && (
          <Button
            component={Link}
            to={`/control/new?requirements=${record.id}&title=${title}`}
            variant="default"
            leftSection={<IconPlus size={14} />}
          >
            {words.t('ui.new', { register: words.register('control') })}
          </Button>
        )}
        <Attributes value={record.attributes} />
        <Anchor component={Link} to={pathOf('requirement', record.reference)} size="sm">
          {words.t('ui.framework.whole')}
        </Anchor>
      </Stack>
    </aside>
  );
}

// Approved versions of a statement, each signed, and the differences between two versions or two days.
import { Anchor, Button, Code, Group, Select, Stack, Table, Text, Tooltip } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { IconRosetteDiscountCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../core/api';
import { useItems } from '../../core/data';
import { formatDate, today } from '../../core/format';
import { useWords } from '../../core/labels';
import { ChangeLine } from '../../core/record/history';
import { useRegister } from '../../core/schema';
import type { Change, Rec } from '../../core/types';
import { Missed, Trouble } from '../../core/ui/trouble';
import { pathOf, titleOf } from '../../core/values';

interface Difference {
  line: string | number;
  requirement: unknown;
  title: string;
  changes: Change[];
}

const DAY = 'day';

/** One side of a comparison: a version, or a day. */
function Side({
  label,
  versions,
  value,
  onChange,
}: {
  label: string;
  versions: Rec[];
  value: string;
  onChange: (value: string) => void;
}) {
  const words = useWords();
  const isDay = /^\d{4}-/.test(value);
  return (
    <Group gap={6} align="end">
      <Select
        size="xs"
        w={190}
        label={label}
        value={isDay ? DAY : value}
        onChange={(next) => onChange(next === DAY ? today() : (next ?? ''))}
        data={[
          ...versions.map((version) => ({
            value: version.reference,
            label: `${words.field('soa_version', 'edition')} ${String(version.edition)}`,
          })),
          { value: DAY, label: words.t('ui.soa.compare.day') },
        ]}
        allowDeselect={false}
      />
      {isDay && (
        <DateInput
          size="xs"
          w={140}
          aria-label={`${label}: ${words.t('ui.soa.compare.day')}`}
          value={value}
          maxDate={today()}
          onChange={(next) => next && onChange(next)}
          valueFormat={words.t('ui.date.format')}
        />
      )}
    </Group>
  );
}

function Comparison({ soa, versions }: { soa: Rec; versions: Rec[] }) {
  const words = useWords();
  const register = useRegister('soa_line');
  const [from, setFrom] = useState(
    versions[1]?.reference ?? versions[0]?.reference ?? String(soa.created_at).slice(0, 10),
  );
  const [to, setTo] = useState(versions.length > 1 ? (versions[0]?.reference ?? today()) : today());
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['data', 'compare', soa.id, from, to],
    queryFn: () =>
      api<{ items: Difference[] }>(`/soa/${soa.id}/compare`, { query: { from, to } }).then((answer) => answer.items),
    enabled: from !== '' && to !== '',
  });
  return (
    <section className="surface section">
      <h2>{words.t('ui.soa.compare')}</h2>
      <Group gap="md" mb="md" align="end">
        <Side label={words.t('ui.filter.from')} versions={versions} value={from} onChange={setFrom} />
        <Side label={words.t('ui.filter.to')} versions={versions} value={to} onChange={setTo} />
      </Group>
      {error && <Trouble error={error} retry={() => void refetch()} />}
      {data?.length === 0 && !isFetching && !error && (
        <Text size="sm" c="dimmed">
          {words.t('ui.soa.compare.same')}
        </Text>
      )}
      <Stack gap="md" aria-live="polite">
        {register &&
          data?.map((difference) => (
            <article key={String(difference.line)} className="comment">
              <Text size="sm" fw={550}>
                {difference.title}
              </Text>
              {difference.changes.map((change) => (
                <ChangeLine key={change.field} register={register} change={change} />
              ))}
            </article>
          ))}
      </Stack>
    </section>
  );
}

export function Versions({ soa }: { soa: Rec }) {
  const words = useWords();
  const register = useRegister('soa_version');
  const versions = useItems('soa_version', { soa: soa.id, sort: '-edition' }, register !== undefined);
  const { data } = versions;
  if (versions.error) return <Missed of={versions} />;
  if (!data || !register) return null;
  return (
    <>
      <section className="surface section">
        <h2>{words.t('ui.soa.versions')}</h2>
        {data.length === 0 && (
          <Text size="sm" c="dimmed">
            {words.t('ui.soa.versions.none')}
          </Text>
        )}
        {data.length > 0 && (
          <Table.ScrollContainer minWidth={560}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{words.register('soa_version')}</Table.Th>
                  <Table.Th>{words.field('soa_version', 'approved_on')}</Table.Th>
                  <Table.Th>{words.field('soa_version', 'sha256')}</Table.Th>
                  <Table.Th>{words.field('soa_version', 'signature')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((version) => (
                  <Table.Tr key={version.id}>
                    <Table.Td>
                      <Anchor component={Link} to={pathOf('soa_version', version.reference)} size="sm">
                        {titleOf(version, register)}
                      </Anchor>{' '}
                      <span className="reference">{version.reference}</span>
                    </Table.Td>
                    <Table.Td>
                      {typeof version.approved_on === 'string' && formatDate(version.approved_on, words.language)}
                    </Table.Td>
                    <Table.Td>
                      <Tooltip label={String(version.sha256)}>
                        <Code>{String(version.sha256).slice(0, 16)}…</Code>
                      </Tooltip>
                    </Table.Td>
                    <Table.Td>
                      {Boolean(version.signature) && (
                        <Group gap={4} c="var(--tone-good)">
                          <IconRosetteDiscountCheck size={16} aria-hidden />
                          {words.t('ui.soa.signed')}
                        </Group>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <Button component={Link} to="/assurance" variant="subtle" size="compact-sm" mt="xs">
          {words.t('ui.soa.verify')}
        </Button>
      </section>
      <Comparison soa={soa} versions={data} />
    </>
  );
}

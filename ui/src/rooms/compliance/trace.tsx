// Where the chain from risk to control to evidence is broken, in both directions.
import { Anchor, Skeleton, Text, Title } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../core/api';
import { useAsOf } from '../../core/asof';
import { useWords } from '../../core/labels';
import type { Ref } from '../../core/types';
import { Empty } from '../../core/ui/empty';
import { useTitle } from '../../core/ui/title';
import { Trouble } from '../../core/ui/trouble';
import { pathOf } from '../../core/values';

interface Break extends Ref {
  kind: string;
}

export function TracePage() {
  const words = useWords();
  const as_of = useAsOf();
  useTitle(words.t('ui.trace.title'));
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'traceability', as_of],
    queryFn: () => api<{ items: Break[] }>('/traceability', { query: { as_of } }).then((answer) => answer.items),
  });
  const kinds = [...new Set((data ?? []).map((item) => item.kind))];
  return (
    <div className="page" style={{ maxWidth: 1040 }}>
      <div className="page-head">
        <Title order={1}>{words.t('ui.trace.title')}</Title>
      </div>
      <Text size="sm" c="dimmed" mb="md" maw={720}>
        {words.t('ui.trace.text')}
      </Text>
      {error && <Trouble error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={200} />}
      {data?.length === 0 && (
        <div className="surface">
          <Empty icon={IconLink} title={words.t('ui.trace.none')} text={words.t('ui.trace.none.text')} />
        </div>
      )}
      {kinds.map((kind) => {
        const items = (data ?? []).filter((item) => item.kind === kind);
        return (
          <section key={kind} className="surface section">
            <h2>
              {words.label(`ui.trace.kind.${kind}`)} <span className="quiet number">{items.length}</span>
            </h2>
            <ul className="lines">
              {items.map((item) => (
                <li key={`${item.register}${item.id}`}>
                  <span className="reference">{item.reference}</span>
                  <Anchor
                    component={Link}
                    to={pathOf(item.register, item.reference)}
                    size="sm"
                    className="wrap"
                    flex={1}
                  >
                    {item.title}
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {words.register(item.register)}
                  </Text>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

// The Statement of Applicability: its lines edited in place, its versions, and what changed between two of them.
import { Alert, Button, Menu, Tabs, Text } from '@mantine/core';
import { IconDownload, IconFileTypePdf, IconFileTypeXls, IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { useAsOf } from '../../core/asof';
import { useItems, useRecord } from '../../core/data';
import { RecordForm } from '../../core/form/form';
import { useWords } from '../../core/labels';
import { ListPage } from '../../core/list/page';
import { History } from '../../core/record/history';
import { Properties, RecordHead } from '../../core/record/page';
import { Comments, Evidence } from '../../core/record/parts';
import { useRegister } from '../../core/schema';
import type { Rec, Register } from '../../core/types';
import { useDownload } from '../../core/ui/download';
import { TabStrip } from '../../core/ui/tabs';
import { Trouble } from '../../core/ui/trouble';
import { useTitle } from '../../core/ui/title';
import { pathOf, titleOf } from '../../core/values';
import { Lines } from './lines';
import { Versions } from './versions';

/** The report of a statement, as it is now or was on the day shown. */
function Reports({ soa }: { soa: Rec }) {
  const { t, language } = useWords();
  const as_of = useAsOf();
  const link = useDownload();
  const report = (format: string) => link('/reports/soa', { format, soa: soa.id, language, as_of });
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} />}>
          {t('ui.soa.report')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" {...report('pdf')} leftSection={<IconFileTypePdf size={16} />}>
          {t('ui.soa.pdf')}
        </Menu.Item>
        <Menu.Item component="a" {...report('xlsx')} leftSection={<IconFileTypeXls size={16} />}>
          {t('ui.export.xlsx')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function SoaPage({ register, reference }: { register: Register; reference: string }) {
  const words = useWords();
  const { data: soa, error, refetch } = useRecord('soa', reference);
  const [parameters, setParameters] = useSearchParams();
  const [editing, setEditing] = useState(false);
  useTitle(soa ? titleOf(soa, register) : reference);
  if (error && !soa) return <Trouble whole error={error} retry={() => void refetch()} />;
  if (!soa) return null;
  const tab = parameters.get('tab') ?? 'lines';
  const choose = (next: string | null) => {
    const after = new URLSearchParams(parameters);
    after.set('tab', next ?? 'lines');
    setParameters(after, { replace: true });
  };
  const open = Number(soa.lines_open ?? 0);
  return (
    <div className="page">
      <RecordHead
        register={register}
        record={soa}
        editing={editing}
        onEdit={() => setEditing(true)}
        extra={<Reports soa={soa} />}
      />
      {editing && (
        <section className="surface section" style={{ maxWidth: 980 }}>
          <RecordForm
            register={register}
            record={soa}
            onSaved={() => setEditing(false)}
            onCancel={() => setEditing(false)}
          />
        </section>
      )}
      {soa.status === 'draft' && open > 0 && (
        <Alert color="blue" p="xs" mb="sm">
          <Text size="sm">{words.t('ui.soa.open', { n: open })}</Text>
        </Alert>
      )}
      <Tabs value={tab} onChange={choose}>
        <TabStrip chosen={tab}>
          <Tabs.Tab value="lines">{words.t('ui.soa.lines')}</Tabs.Tab>
          <Tabs.Tab value="versions">{words.t('ui.soa.versions')}</Tabs.Tab>
          <Tabs.Tab value="about">{words.t('ui.tab.overview')}</Tabs.Tab>
          <Tabs.Tab value="evidence">{words.t('ui.tab.evidence')}</Tabs.Tab>
          <Tabs.Tab value="comments">{words.t('ui.tab.comments')}</Tabs.Tab>
          <Tabs.Tab value="history" leftSection={<IconHistory size={14} />}>
            {words.t('ui.tab.history')}
          </Tabs.Tab>
        </TabStrip>
        <Tabs.Panel value="lines">
          <Lines soa={soa} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions soa={soa} />
        </Tabs.Panel>
        <Tabs.Panel value="about">
          <Properties register={register} record={soa} />
        </Tabs.Panel>
        <Tabs.Panel value="evidence" className="surface section">
          <Evidence register={register} record={soa} />
        </Tabs.Panel>
        <Tabs.Panel value="comments" className="surface section">
          <Comments record={soa} />
        </Tabs.Panel>
        <Tabs.Panel value="history" className="surface section">
          <History register={register} id={soa.id} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** The only statement there is, or the list of them. */
export function StatementPage() {
  const register = useRegister('soa');
  const { data, error, refetch } = useItems('soa', { sort: '-id', limit: 2 });
  const only = data?.length === 1 ? data[0] : undefined;
  if (only) return <Navigate to={pathOf('soa', only.reference)} replace />;
  if (error && !data) return <Trouble whole error={error} retry={() => void refetch()} />;
  if (!data || !register) return null;
  return <ListPage register={register} />;
}

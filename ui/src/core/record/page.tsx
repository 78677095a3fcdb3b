// The page of any record: what it says, what it may become, what hangs on it.
import {
  ActionIcon,
  Alert,
  Anchor,
  Breadcrumbs,
  Button,
  Group,
  Menu,
  Skeleton,
  Tabs,
  Title,
  Tooltip,
} from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import {
  IconCopyPlus,
  IconDots,
  IconHistory,
  IconLink,
  IconLock,
  IconPencil,
  IconRestore,
  IconTrash,
} from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api } from '../api';
import { useAsOf } from '../asof';
import { useEvidence, useLinks, useRecord, useRefresh } from '../data';
import { FieldValue } from '../fields/value';
import { isWide } from '../fields/input';
import { RecordForm, grouped } from '../form/form';
import { formatAgo, formatTime } from '../format';
import { useWords } from '../labels';
import { stateOf, useSchema } from '../schema';
import type { Field, Rec, Register } from '../types';
import { Status } from '../ui/status';
import { sayDone, sayTrouble, Trouble } from '../ui/trouble';
import { TabStrip } from '../ui/tabs';
import { useTitle } from '../ui/title';
import { isEmpty, titleOf, valueOf } from '../values';
import { History } from './history';
import { Comments, Evidence, Links, Tasks } from './parts';
import { Remove } from './remove';
import { Steps } from './steps';

const SIDE = ['unit', 'owner', 'tags'];

function Property({ register, field, record }: { register: Register; field: Field; record: Rec }) {
  const words = useWords();
  return (
    <div className={isWide(field) ? 'property property-wide' : 'property'}>
      <dt>
        <Tooltip
          label={words.fieldHelp(register.name, field.name)}
          disabled={!words.fieldHelp(register.name, field.name)}
        >
          <span>{words.field(register.name, field)}</span>
        </Tooltip>
      </dt>
      <dd className="wrap">
        <FieldValue register={register} field={field} value={valueOf(record, field)} />
      </dd>
    </div>
  );
}

export function Properties({
  register,
  record,
  without = [],
}: {
  register: Register;
  record: Rec;
  without?: string[];
}) {
  const words = useWords();
  const skip = new Set([register.title_field, 'status', 'created_at', 'changed_at', ...SIDE, ...without]);
  const fields = register.fields.filter((field) => !skip.has(field.name));
  return (
    <>
      {grouped(fields).map(([group, members]) => {
        const filled = members.filter((field) => !isEmpty(valueOf(record, field)));
        const unset = members.filter((field) => isEmpty(valueOf(record, field)));
        return (
          <section key={group} className="surface section">
            {group && <h2>{words.label(`group.${group}`)}</h2>}
            <dl className="properties">
              {filled.map((field) => (
                <Property key={field.name} register={register} field={field} record={record} />
              ))}
            </dl>
            {unset.length > 0 && (
              <p className="unset">
                {words.t('ui.record.unset', {
                  fields: unset.map((field) => words.field(register.name, field)).join(', '),
                })}
              </p>
            )}
          </section>
        );
      })}
    </>
  );
}

function Side({ register, record }: { register: Register; record: Rec }) {
  const words = useWords();
  const time = (name: 'created_at' | 'changed_at') => {
    const value = record[name];
    if (typeof value !== 'string') return null;
    return (
      <div className="property">
        <dt>{words.field(register.name, name)}</dt>
        <dd>
          <Tooltip label={formatTime(value, words.language)}>
            <time dateTime={value}>{formatAgo(value, words.language)}</time>
          </Tooltip>
        </dd>
      </div>
    );
  };
  return (
    <aside className="surface section" aria-label={words.t('ui.record.about')}>
      <dl className="properties properties-side">
        {SIDE.map((name) => {
          const field = register.fields.find((item) => item.name === name);
          return field && <Property key={name} register={register} field={field} record={record} />;
        })}
        {time('created_at')}
        {time('changed_at')}
        <div className="property">
          <dt>{words.t('ui.version')}</dt>
          <dd className="number">{record.version}</dd>
        </div>
      </dl>
    </aside>
  );
}

interface HeadProps {
  register: Register;
  record: Rec;
  onEdit: () => void;
  editing: boolean;
  extra?: ReactNode;
}

export function RecordHead({ register, record, onEdit, editing, extra }: HeadProps) {
  const words = useWords();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const readOnly = useAsOf() !== null;
  const [removing, setRemoving] = useState(false);
  const locked = stateOf(register, record.status)?.locked ?? false;
  const mayChange = register.may.change && !readOnly && !locked && !record.deleted_at;
  useHotkeys([['e', () => mayChange && onEdit()]]);
  const restore = () =>
    api(`/${register.name}/${record.id}/restore`, { method: 'POST', version: record.version })
      .then(refresh)
      .catch((error: unknown) => sayTrouble(error, words));
  const copy = () => {
    void navigator.clipboard?.writeText(location.href).then(() => sayDone(words.t('ui.copied')));
  };
  return (
    <header className="record-head">
      <Breadcrumbs separator="›" mb={4}>
        <Anchor component={Link} to={`/${register.name}`} size="xs">
          {words.registers(register.name)}
        </Anchor>
        <span className="reference">{record.reference}</span>
      </Breadcrumbs>
      <div className="page-head">
        <Title order={1} className="wrap">
          {titleOf(record, register)}
        </Title>
        <Status register={register.name} status={record.status} />
        {locked && (
          <Tooltip label={words.t('ui.record.locked')}>
            <IconLock size={16} className="quiet" aria-label={words.t('ui.record.locked')} />
          </Tooltip>
        )}
        <Group gap={6} className="no-print">
          {!readOnly && !record.deleted_at && <Steps register={register} record={record} />}
          {extra}
          {mayChange && !editing && (
            <Button variant="default" leftSection={<IconPencil size={14} />} onClick={onEdit}>
              {words.t('ui.edit')}
            </Button>
          )}
          <Menu>
            <Menu.Target>
              <ActionIcon variant="default" size={30} aria-label={words.t('ui.more')}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconLink size={15} />} onClick={copy}>
                {words.t('ui.copy')}
              </Menu.Item>
              {register.may.create && !readOnly && (
                <Menu.Item
                  leftSection={<IconCopyPlus size={15} />}
                  component={Link}
                  to={`/${register.name}/new?copy=${record.id}`}
                >
                  {words.t('ui.duplicate')}
                </Menu.Item>
              )}
              {record.deleted_at && !readOnly && (
                <Menu.Item leftSection={<IconRestore size={15} />} onClick={() => void restore()}>
                  {words.t('ui.restore')}
                </Menu.Item>
              )}
              {register.may.delete && !readOnly && !record.deleted_at && (
                <Menu.Item
                  color="var(--tone-bad)"
                  leftSection={<IconTrash size={15} />}
                  onClick={() => setRemoving(true)}
                >
                  {words.t('ui.remove')}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      {record.deleted_at && (
        <Alert color="orange" icon={<IconTrash />} p="xs" mb="md">
          {words.t('ui.record.deleted')}
        </Alert>
      )}
      {removing && (
        <Remove
          register={register}
          record={record}
          onClose={() => setRemoving(false)}
          onRemoved={() => void navigate(`/${register.name}`)}
        />
      )}
    </header>
  );
}

/** The parts below a record: what hangs on it, each on its own tab, the tab in the address. */
export function RecordTabs({ register, record, children }: { register: Register; record: Rec; children: ReactNode }) {
  const words = useWords();
  const { byName } = useSchema();
  const [parameters, setParameters] = useSearchParams();
  const links = useLinks(register.name, record.id);
  const evidence = useEvidence(register.name, record.id);
  const tab = parameters.get('tab') ?? 'overview';
  const choose = (next: string | null) => {
    const after = new URLSearchParams(parameters);
    if (next && next !== 'overview') after.set('tab', next);
    else after.delete('tab');
    setParameters(after, { replace: true });
  };
  const count = (n: number | undefined) => (n ? <span className="count number">{n}</span> : undefined);
  return (
    <Tabs value={tab} onChange={choose}>
      <TabStrip chosen={tab}>
        <Tabs.Tab value="overview">{words.t('ui.tab.overview')}</Tabs.Tab>
        <Tabs.Tab value="links" rightSection={count(links.data?.length)}>
          {words.t('ui.tab.links')}
        </Tabs.Tab>
        <Tabs.Tab value="evidence" rightSection={count(evidence.data?.length)}>
          {words.t('ui.tab.evidence')}
        </Tabs.Tab>
        {byName.has('task') && <Tabs.Tab value="tasks">{words.t('ui.tab.tasks')}</Tabs.Tab>}
        {byName.has('comment') && <Tabs.Tab value="comments">{words.t('ui.tab.comments')}</Tabs.Tab>}
        <Tabs.Tab value="history" leftSection={<IconHistory size={14} />}>
          {words.t('ui.tab.history')}
        </Tabs.Tab>
      </TabStrip>
      <Tabs.Panel value="overview">{children}</Tabs.Panel>
      <Tabs.Panel value="links" className="surface section">
        <Links register={register} record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="evidence" className="surface section">
        <Evidence register={register} record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="tasks" className="surface section">
        <Tasks record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="comments" className="surface section">
        <Comments record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="history" className="surface section">
        <History register={register} id={record.id} />
      </Tabs.Panel>
    </Tabs>
  );
}

interface RecordPageProps {
  register: Register;
  reference: string;
  /** A room's own telling of the record, above its fields. */
  story?: (record: Rec) => ReactNode;
  /** Fields that the story already shows. */
  without?: string[];
}

export function RecordPage({ register, reference, story, without }: RecordPageProps) {
  const { data: record, error, refetch } = useRecord(register.name, reference);
  const [editing, setEditing] = useState(false);
  useTitle(record ? `${record.reference} ${titleOf(record, register)}` : reference);
  if (error && !record) return <Trouble whole error={error} retry={() => void refetch()} />;
  if (!record) {
    return (
      <div className="page" aria-busy>
        <Skeleton height={14} width={160} mb="sm" />
        <Skeleton height={26} width="50%" mb="xl" />
        <Skeleton height={220} />
      </div>
    );
  }
  return (
    <div className="page">
      <RecordHead register={register} record={record} editing={editing} onEdit={() => setEditing(true)} />
      {editing ? (
        <section className="surface section" style={{ maxWidth: 980 }}>
          <RecordForm
            register={register}
            record={record}
            onSaved={() => setEditing(false)}
            onCancel={() => setEditing(false)}
          />
        </section>
      ) : (
        <RecordTabs register={register} record={record}>
          <div className="record-body">
            <div className="record-main">
              {story?.(record)}
              <Properties register={register} record={record} without={without} />
            </div>
            <Side register={register} record={record} />
          </div>
        </RecordTabs>
      )}
    </div>
  );
}

// What hangs on a record: links, evidence, comments, tasks.
import {
  Anchor,
  Button,
  Checkbox,
  FileButton,
  Group,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconFile, IconUpload } from '@tabler/icons-react';
import { useState, type DragEvent, type FormEvent } from 'react';
import { Link } from 'react-router';
import { api } from '../api';
import { useAsOf } from '../asof';
import { createRecord, takeStep, useEvidence, useItems, useLinks, useRefresh } from '../data';
import { RecordsInput } from '../fields/records';
import { formatAgo, formatDate, formatTime } from '../format';
import { useWords } from '../labels';
import { fieldByKind, fieldOf, useRegister } from '../schema';
import type { LinkItem, Rec, Register } from '../types';
import { useDownload } from '../ui/download';
import { Prose } from '../ui/prose';
import { Status } from '../ui/status';
import { Missed, sayDone, sayTrouble } from '../ui/trouble';
import { isEmpty, isRef, pathOf, titleOf } from '../values';

interface PartProps {
  register: Register;
  record: Rec;
}

export function Links({ register, record }: PartProps) {
  const words = useWords();
  const links = useLinks(register.name, record.id);
  const { data } = links;
  if (links.error) return <Missed of={links} />;
  if (!data) return <Skeleton height={80} />;
  if (data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {words.t('ui.links.none')}
      </Text>
    );
  const groups = new Map<string, LinkItem[]>();
  for (const item of data) groups.set(item.register, [...(groups.get(item.register) ?? []), item]);
  return (
    <Stack gap="md">
      {[...groups].map(([name, items]) => (
        <section key={name}>
          <h3>
            {words.registers(name)} <span className="quiet number">{items.length}</span>
          </h3>
          <ul className="lines">
            {items.map((item) => (
              <li key={`${item.id}${item.field}`}>
                <span className="reference">{item.reference}</span>
                <Anchor component={Link} to={pathOf(name, item.reference)} size="sm" className="wrap" flex={1}>
                  {item.title}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {words.field(name, item.field)}
                </Text>
                <Status register={name} status={item.status} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Stack>
  );
}

export function Evidence({ register, record }: PartProps) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const refresh = useRefresh();
  const evidence = useEvidence(register.name, record.id);
  const { data } = evidence;
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(0);
  const add = async (files: File[]) => {
    setBusy((count) => count + files.length);
    for (const file of files) {
      try {
        await api(`/${register.name}/${record.id}/evidence`, {
          method: 'POST',
          query: { name: file.name, title: file.name },
          file,
        });
        sayDone(words.t('ui.evidence.added', { name: file.name }));
      } catch (error) {
        sayTrouble(error, words);
      } finally {
        setBusy((count) => count - 1);
      }
    }
    await refresh();
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void add([...event.dataTransfer.files]);
  };
  return (
    <Stack gap="sm">
      {!readOnly && (
        <div
          className={`drop${over ? ' drop-over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        >
          <IconUpload size={20} stroke={1.5} aria-hidden />
          <Text size="sm">{busy ? words.t('ui.evidence.busy', { n: busy }) : words.t('ui.evidence.drop')}</Text>
          <FileButton multiple onChange={(files) => void add(files)}>
            {(props) => (
              <Button {...props} variant="default" size="compact-sm" loading={busy > 0}>
                {words.t('ui.evidence.choose')}
              </Button>
            )}
          </FileButton>
        </div>
      )}
      <Missed of={evidence} />
      {evidence.isPending && <Skeleton height={40} />}
      {evidence.isSuccess && data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.evidence.none')}
        </Text>
      )}
      <ul className="lines">
        {data?.map((item) => (
          <EvidenceLine key={item.id} item={item} />
        ))}
      </ul>
    </Stack>
  );
}

function EvidenceLine({ item }: { item: Rec }) {
  const words = useWords();
  const register = useRegister('evidence');
  const link = useDownload();
  const expiry = item.expires_on;
  return (
    <li>
      <IconFile size={16} stroke={1.5} className="quiet" aria-hidden />
      <Anchor component={Link} to={pathOf('evidence', item.reference)} size="sm" flex={1} className="wrap">
        {titleOf(item, register)}
      </Anchor>
      {typeof expiry === 'string' && (
        <Text size="xs" c="dimmed">
          {words.t('ui.evidence.until', { date: formatDate(expiry, words.language) })}
        </Text>
      )}
      <Status register="evidence" status={item.status} />
      <Anchor size="xs" {...link(`/evidence/${item.id}/content`)}>
        {words.t('ui.download')}
      </Anchor>
    </li>
  );
}

/** The field by which a comment or task names what it is about. */
function aboutField(register: Register | undefined) {
  return fieldByKind(register, ['record', 'records']);
}

function useAbout(name: string, record: Rec) {
  const register = useRegister(name);
  const about = aboutField(register);
  const key = about?.kind === 'records' ? `${about.name}.has` : (about?.name ?? 'about');
  const items = useItems(name, { [key]: record.reference, sort: 'id', expand: 'owner' }, about !== undefined);
  return { register, about, list: items, items: items.data };
}

export function Comments({ record }: { record: Rec }) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const refresh = useRefresh();
  const { register, about, list, items } = useAbout('comment', record);
  const body = fieldByKind(register, ['prose']) ?? fieldByKind(register, ['text']);
  const draftKey = `merlon.comment.${record.reference}`;
  const [text, setText] = useState(() => sessionStorage.getItem(draftKey) ?? '');
  const [mentions, setMentions] = useState<unknown>([]);
  if (!register || !about || !body) return null;
  const write = (value: string) => {
    setText(value);
    sessionStorage.setItem(draftKey, value);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await createRecord('comment', {
        [about.name]: about.kind === 'records' ? [record.reference] : record.reference,
        [body.name]: text,
        ...(isEmpty(mentions) ? {} : { mentions }),
      });
      write('');
      setMentions([]);
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    }
  };
  return (
    <Stack gap="md">
      <Missed of={list} />
      {list.isPending && <Skeleton height={40} />}
      {list.isSuccess && items?.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.comments.none')}
        </Text>
      )}
      {items?.map((item) => (
        <article key={item.id} className="comment">
          <Text size="xs" c="dimmed">
            <strong>
              <Author item={item} />
            </strong>{' '}
            <time dateTime={String(item.created_at)} title={formatTime(String(item.created_at), words.language)}>
              {formatAgo(String(item.created_at), words.language)}
            </time>
          </Text>
          <Prose text={String(item[body.name] ?? '')} />
        </article>
      ))}
      {!readOnly && register.may.create && (
        <form onSubmit={(event) => void submit(event)}>
          <Textarea
            aria-label={words.t('ui.comments.write')}
            placeholder={words.t('ui.comments.write')}
            value={text}
            onChange={(event) => write(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
                event.currentTarget.form?.requestSubmit();
            }}
            autosize
            minRows={2}
          />
          <Group justify="flex-end" mt="xs" align="start">
            {fieldOf(register, 'mentions') && (
              <div style={{ flex: 1, maxWidth: 420 }}>
                <RecordsInput
                  targets={['person']}
                  by="id"
                  value={mentions}
                  onChange={setMentions}
                  aria-label={words.t('ui.comments.mention')}
                  placeholder={words.t('ui.comments.mention')}
                />
              </div>
            )}
            <Button type="submit" disabled={!text.trim()} h={36}>
              {words.t('ui.comments.send')}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}

function Author({ item }: { item: Rec }) {
  const words = useWords();
  const name = [
    item.created_by_name,
    isRef(item.owner) ? item.owner.title : null,
    isRef(item.created_by) ? item.created_by.title : null,
  ].find((value) => typeof value === 'string' && value);
  return <>{name ?? words.t('ui.someone')}</>;
}

export function Tasks({ record }: { record: Rec }) {
  const words = useWords();
  const readOnly = useAsOf() !== null;
  const refresh = useRefresh();
  const { register, about, list, items } = useAbout('task', record);
  const [title, setTitle] = useState('');
  if (!register || !about) return null;
  const due = 'due_on';
  const finish = async (item: Rec) => {
    try {
      await takeStep('task', item, 'finish', {});
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await createRecord('task', {
        [register.title_field]: title,
        [about.name]: about.kind === 'records' ? [record.reference] : record.reference,
      });
      setTitle('');
      await refresh();
    } catch (error) {
      sayTrouble(error, words);
    }
  };
  const final = (item: Rec) => register.states.find((state) => state.name === item.status)?.final ?? false;
  return (
    <Stack gap="sm">
      <Missed of={list} />
      {list.isPending && <Skeleton height={40} />}
      {list.isSuccess && items?.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.t('ui.tasks.none')}
        </Text>
      )}
      <ul className="lines">
        {items?.map((item) => (
          <li key={item.id}>
            <Checkbox
              size="xs"
              checked={final(item)}
              disabled={readOnly || final(item) || !register.may.change}
              onChange={() => void finish(item)}
              aria-label={`${words.transition('task', 'finish')} ${item.reference}`}
            />
            <Anchor component={Link} to={pathOf('task', item.reference)} size="sm" flex={1} className="wrap">
              {titleOf(item, register)}
            </Anchor>
            {typeof item[due] === 'string' && (
              <Text size="xs" c="dimmed">
                {formatDate(item[due], words.language)}
              </Text>
            )}
            <Status register="task" status={item.status} />
          </li>
        ))}
      </ul>
      {!readOnly && register.may.create && (
        <form onSubmit={(event) => void submit(event)}>
          <Group gap="xs" wrap="nowrap">
            <TextInput
              flex={1}
              size="xs"
              aria-label={words.t('ui.tasks.add')}
              placeholder={words.t('ui.tasks.add')}
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" disabled={!title.trim()}>
              {words.t('ui.add')}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
}

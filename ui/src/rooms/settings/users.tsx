// The people who sign in, and the roles they hold at which unit.
import {
  ActionIcon,
  Alert,
  Button,
  Group,
  PasswordInput,
  Select,
  Skeleton,
  Stack,
  Switch,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { IconAlertTriangle, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../core/api';
import { useItems, useRefresh } from '../../core/data';
import { RecordInput } from '../../core/fields/records';
import { formatAgo } from '../../core/format';
import { useWords } from '../../core/labels';
import { useSchema } from '../../core/schema';
import { useSession } from '../../core/session';
import type { Page } from '../../core/types';
import { Dialog } from '../../core/ui/dialog';
import { ToneBadge } from '../../core/ui/status';
import { Trouble, sayDone, fieldSentence, sentence } from '../../core/ui/trouble';

async function allUsers(): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<User> = await api<Page<User>>('/users', { query: { limit: 200, cursor } });
    users.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return users;
}

interface Grant {
  role: string;
  unit: number | null;
}

interface User {
  id: number;
  name: string;
  email: string;
  person: number | null;
  active: boolean;
  language: string | null;
  grants: Grant[];
  last_login_at: string | null;
}

type Draft = Partial<User> & { password?: string };

function Grants({ grants, onChange }: { grants: Grant[]; onChange: (grants: Grant[]) => void }) {
  const words = useWords();
  const { roles } = useSchema();
  const set = (index: number, change: Partial<Grant>) =>
    onChange(grants.map((grant, at) => (at === index ? { ...grant, ...change } : grant)));
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {words.t('ui.users.grants')}
      </Text>
      {grants.map((grant, index) => (
        <Group key={index} gap="xs" wrap="nowrap" align="center">
          <Select
            flex={1}
            aria-label={words.t('ui.users.role')}
            data={roles.map((role) => ({ value: role, label: words.label(`role.${role}`) }))}
            value={grant.role}
            onChange={(role) => role && set(index, { role })}
            allowDeselect={false}
          />
          <div style={{ flex: 1 }}>
            <RecordInput
              targets={['unit']}
              by="id"
              value={grant.unit}
              onChange={(unit) => set(index, { unit: unit as number | null })}
              aria-label={words.t('ui.users.unit')}
              placeholder={words.t('ui.users.unit')}
            />
          </div>
          <ActionIcon
            onClick={() => onChange(grants.filter((_, at) => at !== index))}
            aria-label={words.t('ui.users.grant.remove')}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </Group>
      ))}
      <div>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={13} />}
          onClick={() => onChange([...grants, { role: 'reader', unit: grants[0]?.unit ?? null }])}
        >
          {words.t('ui.users.grant.add')}
        </Button>
      </div>
    </Stack>
  );
}

function UserDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const words = useWords();
  const refresh = useRefresh();
  const [draft, setDraft] = useState<Draft>(user ?? { active: true, grants: [] });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Draft) => setDraft({ ...draft, ...change });
  const wrong = (name: string) => fieldSentence(problem, name, words);
  const save = async () => {
    setBusy(true);
    setProblem(null);
    const { name, email, person, active, grants, password } = draft;
    const body = { name, email, person: person ?? null, active, grants, ...(password ? { password } : {}) };
    try {
      await api(user ? `/users/${user.id}` : '/users', { method: user ? 'PATCH' : 'POST', body });
      await refresh();
      sayDone(words.t('ui.users.saved', { name: name ?? '' }));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog opened onClose={onClose} size="lg" title={user ? user.name : words.t('ui.users.new')}>
      <Stack>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        <TextInput
          label={words.t('ui.users.name')}
          value={draft.name ?? ''}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={wrong('name')}
          withAsterisk
          data-autofocus
        />
        <TextInput
          label={words.t('ui.email')}
          type="email"
          value={draft.email ?? ''}
          onChange={(event) => set({ email: event.currentTarget.value })}
          error={wrong('email')}
          withAsterisk
        />
        <RecordInput
          targets={['person']}
          by="id"
          label={words.register('person')}
          value={draft.person ?? null}
          onChange={(person) => set({ person: person as number | null })}
          error={wrong('person')}
        />
        <PasswordInput
          label={words.t(user ? 'ui.password.new' : 'ui.password')}
          description={words.t('ui.start.password')}
          autoComplete="new-password"
          value={draft.password ?? ''}
          onChange={(event) => set({ password: event.currentTarget.value })}
          error={wrong('password')}
          visibilityToggleButtonProps={{ 'aria-label': words.t('ui.password.show') }}
        />
        <Grants grants={draft.grants ?? []} onChange={(grants) => set({ grants })} />
        {wrong('grants') && (
          <Text size="xs" c="var(--mantine-color-error)">
            {wrong('grants')}
          </Text>
        )}
        <Switch
          label={words.t('ui.users.active')}
          checked={draft.active ?? true}
          onChange={(event) => set({ active: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.t('ui.cancel')}
          </Button>
          <Button onClick={() => void save()} loading={busy}>
            {words.t('ui.save')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function GrantList({ grants }: { grants: Grant[] }) {
  const words = useWords();
  const units = useItems('unit', { fields: 'title' });
  const titleOf = (id: number | null) => units.data?.find((unit) => unit.id === id)?.title;
  return grants.map((grant) => (
    <div key={`${grant.role}${grant.unit}`}>
      {words.label(`role.${grant.role}`)} <span className="quiet">{String(titleOf(grant.unit) ?? '')}</span>
    </div>
  ));
}

export function Users() {
  const words = useWords();
  const { has } = useSession();
  const [open, setOpen] = useState<User | 'new' | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'users'],
    queryFn: allUsers,
  });
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} />;
  return (
    <section className="surface section">
      <Group justify="space-between" mb="sm">
        <h2>{words.t('ui.settings.users')}</h2>
        {has('administrator') && (
          <Button leftSection={<IconPlus size={14} />} onClick={() => setOpen('new')}>
            {words.t('ui.users.new')}
          </Button>
        )}
      </Group>
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.t('ui.users.name')}</Table.Th>
              <Table.Th>{words.t('ui.users.grants')}</Table.Th>
              <Table.Th>{words.t('ui.users.seen')}</Table.Th>
              <Table.Th>{words.t('ui.users.state')}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{words.t('ui.edit')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.map((user) => (
              <Table.Tr key={user.id}>
                <Table.Td>
                  <Text size="sm" fw={540}>
                    {user.name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {user.email}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <GrantList grants={user.grants} />
                </Table.Td>
                <Table.Td>
                  {user.last_login_at ? (
                    formatAgo(user.last_login_at, words.language)
                  ) : (
                    <span className="quiet">{words.t('ui.users.never')}</span>
                  )}
                </Table.Td>
                <Table.Td>
                  <ToneBadge tone={user.active ? 'good' : 'neutral'}>
                    {words.t(user.active ? 'ui.users.active' : 'ui.users.inactive')}
                  </ToneBadge>
                </Table.Td>
                <Table.Td ta="right">
                  {has('administrator') && (
                    <ActionIcon onClick={() => setOpen(user)} aria-label={`${words.t('ui.edit')}: ${user.name}`}>
                      <IconPencil size={16} />
                    </ActionIcon>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {open && <UserDialog user={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </section>
  );
}

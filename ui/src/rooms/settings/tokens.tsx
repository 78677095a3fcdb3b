// Tokens by which programs act in one's own name, with at most one's own rights. The secret is shown once.
import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  MultiSelect,
  Radio,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { IconAlertTriangle, IconKey, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../core/api';
import { useRefresh } from '../../core/data';
import { formatAgo, formatDate } from '../../core/format';
import { useWords } from '../../core/labels';
import { useSchema } from '../../core/schema';
import { Dialog } from '../../core/ui/dialog';
import { Trouble, sayDone, sayTrouble, fieldSentence, sentence } from '../../core/ui/trouble';

interface Token {
  id: number;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

function NewToken({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const refresh = useRefresh();
  const { registers } = useSchema();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [only, setOnly] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const make = async () => {
    setProblem(null);
    try {
      const answer = await api<{ secret: string }>('/tokens', {
        method: 'POST',
        body: { name, scopes: [scope, ...only] },
      });
      setSecret(answer.secret);
      await refresh();
    } catch (error) {
      setProblem(error);
    }
  };
  if (secret !== null) {
    return (
      <Dialog opened onClose={onClose} title={words.t('ui.tokens.made')} closeOnClickOutside={false}>
        <Stack>
          <Text size="sm">{words.t('ui.tokens.once')}</Text>
          <Code block className="wrap" data-testid="secret">
            {secret}
          </Code>
          <Group justify="flex-end">
            <CopyButton value={secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {words.t(copied ? 'ui.tokens.copied' : 'ui.tokens.copy')}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{words.t('ui.close')}</Button>
          </Group>
        </Stack>
      </Dialog>
    );
  }
  return (
    <Dialog opened onClose={onClose} title={words.t('ui.tokens.new')}>
      <Stack>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        <TextInput
          label={words.t('ui.tokens.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldSentence(problem, 'name', words)}
          withAsterisk
          data-autofocus
        />
        <Radio.Group label={words.t('ui.tokens.scope')} value={scope} onChange={setScope}>
          <Stack gap="xs" mt={6}>
            <Radio value="read" label={words.t('ui.tokens.read')} />
            <Radio value="write" label={words.t('ui.tokens.write')} />
          </Stack>
        </Radio.Group>
        <MultiSelect
          label={words.t('ui.tokens.only')}
          placeholder={only.length ? undefined : words.t('ui.tokens.all')}
          data={registers.map((register) => ({ value: register.name, label: words.registers(register.name) }))}
          value={only}
          onChange={setOnly}
          searchable
          clearable
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {words.t('ui.cancel')}
          </Button>
          <Button onClick={() => void make()} disabled={!name.trim()}>
            {words.t('ui.tokens.new')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

export function Tokens() {
  const words = useWords();
  const refresh = useRefresh();
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'tokens'],
    queryFn: () => api<{ items: Token[] }>('/tokens').then((answer) => answer.items),
  });
  const revoke = (token: Token) =>
    api(`/tokens/${token.id}`, { method: 'DELETE' })
      .then(refresh)
      .then(() => sayDone(words.t('ui.tokens.revoked', { name: token.name })))
      .catch((trouble: unknown) => sayTrouble(trouble, words));
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  return (
    <section className="surface section">
      <Group justify="space-between" mb="sm">
        <h2>{words.t('ui.settings.tokens')}</h2>
        <Button leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
          {words.t('ui.tokens.new')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        {words.t('ui.tokens.text')}
      </Text>
      {data && data.length > 0 && (
        <Table.ScrollContainer minWidth={560}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.t('ui.tokens.name')}</Table.Th>
                <Table.Th>{words.t('ui.tokens.scope')}</Table.Th>
                <Table.Th>{words.t('ui.tokens.used')}</Table.Th>
                <Table.Th>{words.t('ui.tokens.expires')}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{words.t('ui.tokens.revoke')}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.map((token) => (
                <Table.Tr key={token.id}>
                  <Table.Td>
                    <Group gap={6}>
                      <IconKey size={15} className="quiet" aria-hidden />
                      {token.name}
                    </Group>
                  </Table.Td>
                  <Table.Td>{token.scopes.join(', ')}</Table.Td>
                  <Table.Td>
                    {token.last_used_at ? formatAgo(token.last_used_at, words.language) : words.t('ui.users.never')}
                  </Table.Td>
                  <Table.Td>{token.expires_at && formatDate(token.expires_at, words.language)}</Table.Td>
                  <Table.Td ta="right">
                    <ActionIcon
                      onClick={() => void revoke(token)}
                      aria-label={`${words.t('ui.tokens.revoke')}: ${token.name}`}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
    </section>
  );
}

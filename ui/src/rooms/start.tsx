// The first start: whoever holds the one-time link makes the organisation and becomes its administrator.
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../core/api';
import { useWords, type UiKey } from '../core/labels';
import { useSignedIn } from '../core/session';
import type { Session } from '../core/types';
import { useTitle } from '../core/ui/title';
import { fieldSentence, sentence } from '../core/ui/trouble';
import { Door } from './login';

const FIELDS: { name: string; label: UiKey; autoComplete: string }[] = [
  { name: 'organisation', label: 'ui.start.organisation', autoComplete: 'organization' },
  { name: 'name', label: 'ui.start.name', autoComplete: 'name' },
  { name: 'email', label: 'ui.email', autoComplete: 'username' },
];

export function Start() {
  const words = useWords();
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const [token] = useState(() => location.hash.slice(1));
  const [values, setValues] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useTitle(words.t('ui.start.title'));
  const wrong = (name: string) => fieldSentence(problem, name, words);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api('/start', { method: 'POST', body: { ...values, token } });
      const body = { email: values.email, password: values.password };
      signedIn(await api<Session>('/session', { method: 'POST', body }));
      void navigate('/', { replace: true });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const set = (name: string, value: string) => setValues({ ...values, [name]: value });
  return (
    <Door title={words.t('ui.start.title')} text={words.t('ui.start.text')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {problem !== null && (
            <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
              {sentence(problem, words)}
            </Alert>
          )}
          {!token && (
            <Alert color="orange" icon={<IconAlertTriangle />} p="xs">
              {words.t('ui.start.notoken')}
            </Alert>
          )}
          {FIELDS.map((field) => (
            <TextInput
              key={field.name}
              label={words.t(field.label)}
              type={field.name === 'email' ? 'email' : 'text'}
              autoComplete={field.autoComplete}
              value={values[field.name] ?? ''}
              onChange={(event) => set(field.name, event.currentTarget.value)}
              error={wrong(field.name)}
              required
              withAsterisk={false}
            />
          ))}
          <PasswordInput
            label={words.t('ui.password')}
            description={words.t('ui.start.password')}
            autoComplete="new-password"
            value={values.password ?? ''}
            onChange={(event) => set('password', event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': words.t('ui.password.show') }}
            error={wrong('password')}
            required
            withAsterisk={false}
          />
          <Button type="submit" size="sm" loading={busy} fullWidth>
            {words.t('ui.start.go')}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

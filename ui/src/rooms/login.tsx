// Signing in.
import { Alert, Button, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { api } from '../core/api';
import { useWords } from '../core/labels';
import { useEnding, useSignedIn } from '../core/session';
import { Mark } from '../core/shell/shell';
import type { Session } from '../core/types';
import { useTitle } from '../core/ui/title';
import { sentence } from '../core/ui/trouble';

export function Door({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <main className="door">
      <Paper withBorder p={32} className="door-card">
        <Mark size={36} />
        <Title order={1} mt="md">
          {title}
        </Title>
        {text && <p className="quiet">{text}</p>}
        {children}
      </Paper>
    </main>
  );
}

export function Login() {
  const words = useWords();
  const signedIn = useSignedIn();
  const ending = useEnding();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  useTitle(words.t('ui.signin'));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const session = await api<Session>('/session', { method: 'POST', body: { email, password } });
      if (session.language) words.setLanguage(session.language);
      signedIn(session);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title={words.t('ui.signin.title')} text={words.t('ui.signin.text')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {ending && problem === null && (
            <Alert icon={<IconInfoCircle />} p="xs" role="status">
              {words.t(`ui.signin.${ending}`)}
            </Alert>
          )}
          {problem !== null && (
            <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
              {sentence(problem, words)}
            </Alert>
          )}
          <TextInput
            label={words.t('ui.email')}
            type="email"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
            data-autofocus
          />
          <PasswordInput
            label={words.t('ui.password')}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': words.t('ui.password.show') }}
            required
            withAsterisk={false}
          />
          <Button type="submit" size="sm" loading={busy} fullWidth>
            {words.t('ui.signin')}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

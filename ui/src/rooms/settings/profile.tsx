// Oneself: language and password.
import { Alert, Button, PasswordInput, Select, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { api } from '../../core/api';
import { useWords } from '../../core/labels';
import { useSchema } from '../../core/schema';
import { useSession } from '../../core/session';
import { sayDone, sayTrouble, fieldSentence, sentence } from '../../core/ui/trouble';

function Password() {
  const words = useWords();
  const [password, setPassword] = useState('');
  const [fresh, setFresh] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await api('/session', { method: 'PATCH', body: { password, new_password: fresh } });
      setPassword('');
      setFresh('');
      sayDone(words.t('ui.password.changed'));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const wrong = (name: string) => fieldSentence(problem, name, words);
  const show = { 'aria-label': words.t('ui.password.show') };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack maw={360}>
        <h2>{words.t('ui.password.change')}</h2>
        {problem !== null && (
          <Alert color="red" icon={<IconAlertTriangle />} p="xs" role="alert">
            {sentence(problem, words)}
          </Alert>
        )}
        <PasswordInput
          label={words.t('ui.password.present')}
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={wrong('password')}
          visibilityToggleButtonProps={show}
        />
        <PasswordInput
          label={words.t('ui.password.new')}
          description={words.t('ui.start.password')}
          autoComplete="new-password"
          value={fresh}
          onChange={(event) => setFresh(event.currentTarget.value)}
          error={wrong('new_password')}
          visibilityToggleButtonProps={show}
        />
        <div>
          <Button type="submit" loading={busy} disabled={!password || !fresh}>
            {words.t('ui.password.change')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

export function Profile() {
  const words = useWords();
  const { session } = useSession();
  const { languages } = useSchema();
  const speak = (language: string | null) => {
    if (!language) return;
    words.setLanguage(language);
    api('/session', { method: 'PATCH', body: { language } }).catch((error: unknown) => sayTrouble(error, words));
  };
  const name = (language: string) => new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return (
    <>
      <section className="surface section">
        <h2>{session.user.name}</h2>
        <Text size="sm" c="dimmed" mb="md">
          {session.user.email}
        </Text>
        <Select
          maw={360}
          label={words.t('ui.language')}
          data={languages.map((language) => ({ value: language, label: name(language) }))}
          value={words.language}
          onChange={speak}
          allowDeselect={false}
        />
      </section>
      <section className="surface section">
        <Password />
      </section>
    </>
  );
}

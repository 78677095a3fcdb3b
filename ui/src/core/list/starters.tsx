// What an empty register may begin with: starters of the program, in the language of the reader where there is one.
import { Button } from '@mantine/core';
import { IconSeeding } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api';
import { useRefresh } from '../data';
import { useWords } from '../labels';
import type { Register } from '../types';
import { sayDone, sayTrouble } from '../ui/trouble';

interface Starter {
  name: string;
  title: string;
  description: string;
  register: string;
  language: string;
  records: number;
}

export function Starters({ register }: { register: Register }) {
  const words = useWords();
  const refresh = useRefresh();
  const [busy, setBusy] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ['starters'],
    queryFn: () => api<{ items: Starter[] }>('/starters').then((answer) => answer.items),
    staleTime: Infinity,
    enabled: register.may.create,
  });
  const all = (data ?? []).filter((starter) => starter.register === register.name);
  const own = all.filter((starter) => starter.language === words.language);
  const load = async (starter: Starter) => {
    setBusy(starter.name);
    try {
      const answer = await api<{ created: number }>(`/starters/${starter.name}`, { method: 'POST' });
      await refresh();
      sayDone(words.t('ui.starter.done', { n: answer.created }));
    } catch (error) {
      sayTrouble(error, words);
    } finally {
      setBusy(null);
    }
  };
  return (own.length ? own : all).map((starter) => (
    <Button
      key={starter.name}
      variant="default"
      leftSection={<IconSeeding size={15} />}
      loading={busy === starter.name}
      title={starter.description}
      onClick={() => void load(starter)}
    >
      {words.t('ui.starter.load', { title: starter.title, n: starter.records })}
    </Button>
  ));
}

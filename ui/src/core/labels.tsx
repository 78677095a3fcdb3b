// Words: every text a person reads comes from the catalogue of their language, fetched from the server.
import { Button, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import type catalogue from '../../../content/labels/ui.en.json';
import { Problem, api } from './api';
import type { Field } from './types';

type Keys = keyof typeof catalogue;
/** Keys of the interface; a counted label `x.one`, `x.other` is asked for as `x`. */
export type UiKey = Keys | (Keys extends infer K ? (K extends `${infer Base}.other` ? Base : never) : never);
type Values = Record<string, string | number>;

export interface Words {
  language: string;
  setLanguage: (language: string) => void;
  /** A label of the interface, with {names} filled in. */
  t: (key: UiKey, values?: Values) => string;
  /** A label by a key made at run time, or the fallback. */
  label: (key: string, fallback?: string) => string;
  /** The ends of all keys that begin so: names that the server gives out, each with a label. */
  namesOf: (prefix: string) => string[];
  register: (name: string) => string;
  registers: (name: string) => string;
  /** What the ledger and security events are about: a register, or something that is none; one of them, or all. */
  subject: (name: string, many?: boolean) => string;
  help: (name: string) => string;
  field: (register: string, field: Field | string) => string;
  fieldHelp: (register: string, field: string) => string | undefined;
  choice: (register: string, field: string, choice: string) => string;
  state: (register: string, state: string) => string;
  transition: (register: string, transition: string) => string;
}

const STORE = 'merlon.language';
const Context = createContext<Words | null>(null);

/** "due_date" becomes "Due date": what is shown where a catalogue has no label yet. */
export function humanise(name: string): string {
  const text = name.replaceAll('_', ' ').replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function preferredLanguage(): string {
  return localStorage.getItem(STORE) ?? (navigator.language.slice(0, 2) || 'en');
}

function fill(text: string, values: Values | undefined, language: string): string {
  if (!values) return text;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}

function makeWords(language: string, labels: Record<string, string>, setLanguage: Words['setLanguage']): Words {
  const plural = new Intl.PluralRules(language);
  const first = (keys: string[], fallback: string) => {
    for (const key of keys) if (labels[key] !== undefined) return labels[key];
    return fallback;
  };
  return {
    language,
    setLanguage,
    t: (key, values) => {
      const count = values?.n;
      const counted =
        typeof count === 'number' ? (labels[`${key}.${plural.select(count)}`] ?? labels[`${key}.other`]) : undefined;
      return fill(counted ?? labels[key] ?? humanise(key.slice(key.lastIndexOf('.') + 1)), values, language);
    },
    label: (key, fallback) => labels[key] ?? fallback ?? humanise(key.slice(key.lastIndexOf('.') + 1)),
    namesOf: (prefix) =>
      Object.keys(labels)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
    register: (name) => first([`register.${name}`], humanise(name)),
    registers: (name) => first([`register.${name}.many`, `register.${name}`], humanise(name)),
    subject: (name, many) =>
      first([...(many ? [`register.${name}.many`] : []), `register.${name}`, `subject.${name}`], humanise(name)),
    help: (name) => first([`register.${name}.help`], ''),
    field: (register, field) => {
      const name = typeof field === 'string' ? field : field.name;
      const own = typeof field === 'string' ? undefined : field.label;
      return own || first([`field.${register}.${name}`, `field.${name}`], humanise(name));
    },
    fieldHelp: (register, field) => labels[`field.${register}.${field}.help`] ?? labels[`field.${field}.help`],
    choice: (register, field, choice) =>
      first(
        [`choice.${register}.${field}.${choice}`, `choice.${field}.${choice}`, `state.${register}.${choice}`],
        humanise(choice),
      ),
    state: (register, state) => first([`state.${register}.${state}`, `state.${state}`], humanise(state)),
    transition: (register, name) => first([`transition.${register}.${name}`, `transition.${name}`], humanise(name)),
  };
}

/** Before there is any catalogue, and so not from one. */
const BUILT_IN = {
  en: {
    title: 'The server cannot be reached',
    text: 'Merlon did not answer. It is tried again by itself for some seconds; after that, try again here.',
    retry: 'Try again',
  },
  de: {
    title: 'Der Server ist nicht erreichbar',
    text: 'Merlon hat nicht geantwortet. Es wird noch einige Sekunden lang versucht; danach bitte hier erneut.',
    retry: 'Erneut versuchen',
  },
};

function Unreached({ language, retry, busy }: { language: string; retry: () => void; busy: boolean }) {
  const words = language === 'de' ? BUILT_IN.de : BUILT_IN.en;
  return (
    <main className="trouble" role="alert">
      <IconAlertTriangle size={32} stroke={1.3} className="trouble-sign" aria-hidden />
      <Title order={1} size="h2">
        {words.title}
      </Title>
      <Text size="sm" c="dimmed" maw={480}>
        {words.text}
      </Text>
      <Button size="xs" variant="default" mt="xs" onClick={retry} loading={busy}>
        {words.retry}
      </Button>
    </main>
  );
}

export function LabelsProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState(preferredLanguage);
  const { data, isError, error, failureReason, refetch } = useQuery({
    queryKey: ['labels', language],
    queryFn: () => api<Record<string, string>>(`/labels/${language}`),
    staleTime: Infinity,
    placeholderData: (previous) => previous,
  });
  useEffect(() => {
    // A browser may ask for a language that the server does not have.
    if (error instanceof Problem && error.status === 404 && language !== 'en') choose('en');
  }, [error, language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const words = useMemo(
    () =>
      makeWords(language, data ?? {}, (next) => {
        localStorage.setItem(STORE, next);
        choose(next);
      }),
    [language, data],
  );
  // Told with the first failure: it is tried again meanwhile.
  if (!data)
    return failureReason ? <Unreached language={language} retry={() => void refetch()} busy={!isError} /> : null;
  return <Context.Provider value={words}>{children}</Context.Provider>;
}

export function useWords(): Words {
  const words = useContext(Context);
  if (!words) throw new Error('Labels are used outside their provider');
  return words;
}

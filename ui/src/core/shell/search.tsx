// Ctrl-K: any record and any command.
import { Group, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, createSpotlight } from '@mantine/spotlight';
import { IconArrowRight, IconFileText, IconPlus, IconSearch, type Icon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api } from '../api';
import { useWords } from '../labels';
import { useSchema } from '../schema';
import type { Found } from '../types';
import { Status } from '../ui/status';
import { nameOf, pathOf } from '../values';
import { useRooms } from './navigation';
import { Missed } from '../ui/trouble';

export const [searchStore, search] = createSpotlight();

interface Command {
  id: string;
  label: string;
  icon: Icon;
  run: () => void;
}

export function useCommands(extra: Command[]): Command[] {
  const words = useWords();
  const navigate = useNavigate();
  const { registers } = useSchema();
  const rooms = useRooms();
  const go = (path: string) => () => void navigate(path);
  return [
    { id: 'home', label: words.t('ui.home.title'), icon: IconArrowRight, run: go('/') },
    { id: 'work', label: words.t('ui.work.title'), icon: IconArrowRight, run: go('/work') },
    ...rooms.flatMap((room) =>
      room.places.map((place) => ({
        id: place.path,
        label: words.t(place.label),
        icon: IconArrowRight,
        run: go(place.path),
      })),
    ),
    ...registers.map((register) => ({
      id: register.name,
      label: words.registers(register.name),
      icon: IconArrowRight,
      run: go(`/${register.name}`),
    })),
    ...registers
      .filter((register) => register.may.create)
      .map((register) => ({
        id: `new-${register.name}`,
        label: words.t('ui.new', { register: words.register(register.name) }),
        icon: IconPlus,
        run: go(`/${register.name}/new`),
      })),
    { id: 'settings', label: words.t('ui.settings.title'), icon: IconArrowRight, run: go('/settings') },
    ...extra,
  ];
}

function matches(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => text.toLowerCase().includes(word));
}

/** A record that was found, and where the word stands if not in its title. */
function Hit({ item }: { item: Found }) {
  const words = useWords();
  return (
    <Group wrap="nowrap" gap="sm" w="100%">
      <IconFileText size={16} stroke={1.5} aria-hidden />
      <div className="hit">
        <Text size="sm" className="clip">
          {nameOf(item)}
        </Text>
        <Text size="xs" c="dimmed" className="clip">
          {words.register(item.register)} <span className="reference">{item.reference}</span>
          {item.matched && ` · ${words.field(item.register, item.matched.field)}: ${item.matched.text}`}
        </Text>
      </div>
      <Status register={item.register} status={item.status} />
    </Group>
  );
}

export function SearchDialog({ extra }: { extra: Command[] }) {
  const words = useWords();
  const navigate = useNavigate();
  const [query, setQuery] = useState('');
  const [typed] = useDebouncedValue(query.trim(), 120);
  const search = useQuery({
    queryKey: ['data', 'search', typed],
    queryFn: ({ signal }) =>
      api<{ items: Found[] }>('/search', { query: { q: typed, limit: 12 }, signal }).then((answer) => answer.items),
    enabled: typed.length > 0,
    placeholderData: (previous) => previous,
  });
  const { data, isFetching, isPlaceholderData } = search;
  // What the server has found for less than was typed meanwhile is narrowed down here, so that Enter never goes astray:
  // also while the answer to all that was typed is still on its way.
  const answered = typed === query.trim() && !isPlaceholderData;
  const found = query.trim()
    ? (data ?? []).filter(
        (item) => answered || matches(`${item.identifier ?? ''} ${item.title} ${item.matched?.text ?? ''}`, query),
      )
    : [];
  const commands = useCommands(extra)
    .filter((command) => matches(command.label, query))
    .slice(0, query ? 8 : 12);
  return (
    <Spotlight.Root
      store={searchStore}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      scrollable
      maxHeight={460}
      size="lg"
      overlayProps={{ backgroundOpacity: 0.35, blur: 1 }}
    >
      <Spotlight.Search
        placeholder={words.t('ui.search.placeholder')}
        aria-label={words.t('ui.search.placeholder')}
        leftSection={<IconSearch size={18} />}
      />
      <Spotlight.ActionsList>
        {found.length > 0 && (
          <Spotlight.ActionsGroup label={words.t('ui.search.records')}>
            {found.map((item) => (
              <Spotlight.Action
                key={`${item.register}${item.id}`}
                onClick={() => void navigate(pathOf(item.register, item.reference))}
              >
                <Hit item={item} />
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {commands.length > 0 && (
          <Spotlight.ActionsGroup label={words.t('ui.search.commands')}>
            {commands.map((command) => (
              <Spotlight.Action key={command.id} onClick={command.run}>
                <Group wrap="nowrap" gap="sm">
                  <command.icon size={16} stroke={1.5} aria-hidden />
                  <Text size="sm">{command.label}</Text>
                </Group>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        <Missed of={search} />
        {found.length + commands.length === 0 && !search.error && (
          <Spotlight.Empty>{words.t(isFetching ? 'ui.loading' : 'ui.search.none')}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

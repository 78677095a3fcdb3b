// What each role may do, as the server says it.
import { Skeleton, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '../../core/api';
import { useWords } from '../../core/labels';
import { Trouble } from '../../core/ui/trouble';

interface Role {
  name: string;
  /** What it may do in each room. */
  rooms: Record<string, string[]>;
}

export function Roles() {
  const words = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ['data', 'roles'],
    queryFn: () => api<{ items: Role[] }>('/roles').then((answer) => answer.items),
  });
  if (error) return <Trouble error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} />;
  const rooms = [...new Set(data.flatMap((role) => Object.keys(role.rooms)))];
  const cell = (role: Role, room: string) =>
    (role.rooms[room] ?? []).map((verb) => words.label(`ui.verb.${verb}`)).join(', ');
  return (
    <section className="surface section">
      <h2>{words.t('ui.settings.roles')}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {words.t('ui.roles.text')}
      </Text>
      <ul className="lines">
        {data.map((role) => (
          <li key={role.name}>
            <Text size="sm" fw={550} w={{ base: '100%', sm: 180 }}>
              {words.label(`role.${role.name}`)}
            </Text>
            <Text size="sm" c="dimmed" flex={1}>
              {words.label(`role.${role.name}.help`, '')}
            </Text>
          </li>
        ))}
      </ul>
      {rooms.length > 0 && (
        <Table.ScrollContainer minWidth={760} mt="md">
          <Table fz="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.t('ui.roles.room')}</Table.Th>
                {data.map((role) => (
                  <Table.Th key={role.name}>{words.label(`role.${role.name}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rooms.map((room) => (
                <Table.Tr key={room}>
                  <Table.Th scope="row" fw={500}>
                    {words.label(`room.${room}`)}
                  </Table.Th>
                  {data.map((role) => (
                    <Table.Td key={role.name}>{cell(role, room)}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

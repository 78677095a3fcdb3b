// A link to a record, from what `expand` gave or from a bare reference.
import { Anchor, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../api';
import { useRegister } from '../schema';
import type { Rec, Ref } from '../types';
import { isRef, pathOf, titleOf } from '../values';

export function RefLink({ of, register }: { of: Ref; register?: string }) {
  return (
    <Anchor component={Link} to={pathOf(of.register ?? register ?? '', of.reference)} size="sm" className="wrap">
      {of.identifier && <span className="identifier">{of.identifier}</span>} {of.title || of.reference}
    </Anchor>
  );
}

/** A record known by its number only: its title is asked for, and stays known. */
function Titled({ register, id }: { register: string; id: string }) {
  const of = useRegister(register);
  const { data } = useQuery({
    queryKey: ['data', 'titled', register, id],
    queryFn: () => api<Rec>(`/${register}/${id}`),
    staleTime: 300_000,
    retry: false,
  });
  return (
    <Anchor component={Link} to={pathOf(register, data?.reference ?? id)} size="sm" className="wrap">
      {data ? titleOf(data, of) : `#${id}`}
    </Anchor>
  );
}

export function RefList({ value, register }: { value: unknown; register?: string | null }) {
  const list = Array.isArray(value) ? value : [value];
  return (
    <Group gap="4px 10px">
      {list.map((item: unknown) => {
        if (isRef(item))
          return <RefLink key={`${item.register}${item.id}`} of={item} register={register ?? undefined} />;
        const text = String(item);
        if (!register)
          return (
            <Text key={text} size="sm">
              {text}
            </Text>
          );
        return <Titled key={text} register={register} id={text} />;
      })}
    </Group>
  );
}

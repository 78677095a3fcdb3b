// A link to a record, from what `expand` gave or from a bare reference.
import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { Ref } from '../types';
import { isRef, pathOf } from '../values';

export function RefLink({ of, register }: { of: Ref; register?: string }) {
  return (
    <Anchor component={Link} to={pathOf(of.register ?? register ?? '', of.reference)} size="sm" className="wrap">
      {of.title || of.reference}
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
        return <Anchor key={text} component={Link} to={pathOf(register, text)} size="sm">{`#${text}`}</Anchor>;
      })}
    </Group>
  );
}

// An empty page teaches: what belongs here, and the first button.
import { Stack, Text, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface EmptyProps {
  icon: Icon;
  title: string;
  text?: string;
  children?: ReactNode;
  /** Instead of the whole page: its only heading. */
  whole?: boolean;
}

export function Empty({ icon: Sign, title, text, children, whole }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={56} px="md">
      <Sign size={36} stroke={1.25} className="quiet" aria-hidden />
      <Title order={whole ? 1 : 2} size="h2" ta="center">
        {title}
      </Title>
      {text && (
        <Text size="sm" c="dimmed" maw={520} ta="center">
          {text}
        </Text>
      )}
      {children}
    </Stack>
  );
}

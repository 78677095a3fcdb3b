// A text to take along with one press.
import { Button, CopyButton } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useWords } from '../labels';

export function Copy({ text }: { text: string }) {
  const words = useWords();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="subtle" leftSection={<IconCopy size={13} />} onClick={copy}>
          {words.t(copied ? 'ui.tokens.copied' : 'ui.tokens.copy')}
        </Button>
      )}
    </CopyButton>
  );
}

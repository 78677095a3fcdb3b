// The proof of an entry of the ledger, where it is listed and where a record's history tells of it.
import { Button, Code, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem, api } from '../api';
import { useWords } from '../labels';
import { Dialog } from '../ui/dialog';
import { useDownload } from '../ui/download';
import { Trouble } from '../ui/trouble';

/** The ledger's page, at that entry. */
export const pathOfEntry = (entry: number) => `/assurance?entry=${entry}`;

/** With what was decided, where one may see it: without it a proof shows only that there was an entry. */
async function proofOf(entry: number): Promise<{ path: string; proof: unknown }> {
  const path = `/ledger/proof/${entry}`;
  const whole = `${path}?content=1`;
  try {
    return { path: whole, proof: await api<unknown>(whole) };
  } catch (trouble) {
    if (!(trouble instanceof Problem) || ![403, 404].includes(trouble.status)) throw trouble;
    return { path, proof: await api<unknown>(path) };
  }
}

export function Proof({ entry, onClose }: { entry: number; onClose: () => void }) {
  const words = useWords();
  const link = useDownload();
  const { data, error } = useQuery({
    queryKey: ['data', 'proof', entry],
    queryFn: () => proofOf(entry),
    // An entry of a moment ago is sealed within seconds.
    retry: (count, trouble) => trouble instanceof Problem && trouble.status === 409 && count < 8,
    retryDelay: 1000,
  });
  const portable = `entry-${entry}.tlog-proof`;
  const whole = `proof-${entry}.json`;
  return (
    <Dialog opened onClose={onClose} size="xl" title={words.t('ui.ledger.proof', { entry: String(entry) })}>
      <Text size="sm" mb="sm">
        {words.t('ui.ledger.proof.text')}
      </Text>
      <Group gap="xs">
        <Button component="a" variant="default" {...link(`/ledger/tlog-proof/${entry}`, undefined, portable)}>
          {words.t('ui.ledger.proof.tlog')}
        </Button>
        <Button component="a" variant="default" {...link(data?.path ?? `/ledger/proof/${entry}`, undefined, whole)}>
          {words.t('ui.ledger.proof.json')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="sm" mb="sm">
        {words.t('ui.ledger.proof.check')} <Code>{`merlon proof ${portable} --policy FILE --content ${whole}`}</Code>
        <br />
        {words.t('ui.ledger.proof.policy')} <Code>quorum none</Code>
      </Text>
      {error && <Trouble error={error} />}
      {!data && !error && <Skeleton height={160} />}
      {data !== undefined && (
        <Code block className="wrap" tabIndex={0}>
          {JSON.stringify(data.proof, null, 2)}
        </Code>
      )}
    </Dialog>
  );
}

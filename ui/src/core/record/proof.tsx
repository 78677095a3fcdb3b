// The proof of an entry of the ledger, where it is listed and where a record's history tells of it.
import { Button, Code, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem, ROOT, api } from '../api';
import { useWords } from '../labels';
import { Dialog } from '../ui/dialog';
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
  const { data, error } = useQuery({
    queryKey: ['data', 'proof', entry],
    queryFn: () => proofOf(entry),
    // An entry of a moment ago is sealed within seconds.
    retry: (count, trouble) => trouble instanceof Problem && trouble.status === 409 && count < 8,
    retryDelay: 1000,
  });
  const portable = `entry-${entry}.tlog-proof`;
  return (
    <Dialog opened onClose={onClose} size="xl" title={words.t('ui.ledger.proof', { entry: String(entry) })}>
      <Text size="sm" mb="sm">
        {words.t('ui.ledger.proof.text')}
      </Text>
      {error && <Trouble error={error} />}
      {!data && !error && <Skeleton height={160} />}
      {data !== undefined && (
        <Code block className="wrap" tabIndex={0}>
          {JSON.stringify(data.proof, null, 2)}
        </Code>
      )}
      <Text size="xs" c="dimmed" mt="sm">
        {words.t('ui.ledger.proof.check')}{' '}
        <Code>{`merlon proof ${portable} --policy FILE --content proof-${entry}.json`}</Code>
      </Text>
      <Group justify="flex-end" mt="md">
        <Button component="a" variant="default" href={`${ROOT}/ledger/tlog-proof/${entry}`} download={portable}>
          {words.t('ui.ledger.proof.tlog')}
        </Button>
        <Button
          component="a"
          variant="default"
          href={`${ROOT}${data?.path ?? `/ledger/proof/${entry}`}`}
          download={`proof-${entry}.json`}
        >
          {words.t('ui.download')}
        </Button>
      </Group>
    </Dialog>
  );
}

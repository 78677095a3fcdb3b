// The proof of an entry of the ledger, where it is listed and where a record's history tells of it.
import { Button, Code, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem, api, send } from '../api';
import { useWords } from '../labels';
import { Copy } from '../ui/copy';
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

/** The name under which the file is saved, and which the command names. */
export const POLICY = 'merlon.policy';

/** The ledger's keys and whose word is needed, as merlon proof wants them. */
export const usePolicy = () =>
  useQuery({
    queryKey: ['data', 'ledger-policy'],
    queryFn: () => send('/ledger/policy').then((answer) => answer.text()),
  });

interface FileProps {
  path: string;
  name: string;
  what: string;
  children?: ReactNode;
}

/** A file to take along, and what it is in one line. */
function File({ path, name, what, children }: FileProps) {
  const link = useDownload();
  return (
    <li>
      <Button component="a" variant="default" size="compact-sm" flex="none" {...link(path, undefined, name)}>
        {name}
      </Button>
      <Text size="sm">{what}</Text>
      {children}
    </li>
  );
}

function Files({ entry, path }: { entry: number; path: string }) {
  const words = useWords();
  const policy = usePolicy();
  const portable = `entry-${entry}.tlog-proof`;
  const whole = `proof-${entry}.json`;
  const command = `merlon proof ${portable} --policy ${POLICY} --content ${whole}`;
  return (
    <>
      <ul className="proof-files">
        <File path={`/ledger/tlog-proof/${entry}`} name={portable} what={words.t('ui.ledger.proof.tlog')} />
        <File path={path} name={whole} what={words.t('ui.ledger.proof.json')} />
        <File path="/ledger/policy" name={POLICY} what={words.t('ui.ledger.proof.policy')}>
          {policy.data && <Copy text={policy.data} />}
        </File>
      </ul>
      <Text size="sm">{words.t('ui.ledger.proof.check')}</Text>
      <Group gap={6} mb="sm">
        <Code className="wrap">{command}</Code>
        <Copy text={command} />
      </Group>
    </>
  );
}

export function Proof({ entry, onClose }: { entry: number; onClose: () => void }) {
  const words = useWords();
  const { data, error, refetch, failureCount } = useQuery({
    queryKey: ['data', 'proof', entry],
    queryFn: () => proofOf(entry),
    // An entry of a moment ago is sealed within seconds; one that is none of the program's never is.
    retry: (count, trouble) => trouble instanceof Problem && trouble.body.code === 'not_sealed_yet' && count < 8,
    retryDelay: 1000,
  });
  const refused = error instanceof Problem && error.body.code === 'not_genuine';
  return (
    <Dialog opened onClose={onClose} size="xl" title={words.t('ui.ledger.proof', { entry: String(entry) })}>
      {error && refused && <Trouble error={error} title={words.t('ui.ledger.proof.none')} />}
      {error && !refused && <Trouble error={error} retry={() => void refetch()} />}
      {!data && !error && (
        <>
          {failureCount > 0 && <Text size="sm">{words.t('ui.ledger.proof.waiting')}</Text>}
          <Skeleton height={160} />
        </>
      )}
      {data && !error && (
        <>
          <Text size="sm" mb="sm">
            {words.t('ui.ledger.proof.text')}
          </Text>
          <Files entry={entry} path={data.path} />
          <Code block className="wrap" tabIndex={0}>
            {JSON.stringify(data.proof, null, 2)}
          </Code>
        </>
      )}
    </Dialog>
  );
}

// A frozen version of a statement, as it was approved and signed.
import { Text } from '@mantine/core';
import { useWords } from '../../core/labels';
import { Heads } from '../../core/ui/heads';
import { ToneBadge } from '../../core/ui/status';
import { implementationTone } from '../tone';

interface Line {
  id: number;
  title: string;
  position: number;
  applicable: boolean;
  reasons: string[];
  good_practice: boolean;
  justification: string | null;
  implementation: string | null;
}

export function Snapshot({ value }: { value: unknown }) {
  const words = useWords();
  const lines = [...((value as { lines?: Line[] } | null)?.lines ?? [])].sort((a, b) => a.position - b.position);
  const heads = ['title', 'applicable', 'reasons', 'justification', 'implementation'];
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={words.t('ui.soa.lines')}>
      <table className="list soa">
        <Heads names={heads.map((name) => words.field('soa_line', name))} />
        <tbody>
          {lines.map((line) => (
            <tr key={line.id} className={line.applicable ? 'row' : 'row soa-out'}>
              <th scope="row">{line.title}</th>
              <td data-label={words.field('soa_line', 'applicable')}>
                {words.t(line.applicable ? 'ui.yes' : 'ui.no')}
              </td>
              <td data-label={words.field('soa_line', 'reasons')}>
                <span className="words">
                  {[...line.reasons, ...(line.good_practice ? [words.field('soa_line', 'good_practice')] : [])].map(
                    (reason) => (
                      <span key={reason}>{reason}</span>
                    ),
                  )}
                </span>
              </td>
              <td data-label={words.field('soa_line', 'justification')}>{line.justification}</td>
              <td data-label={words.field('soa_line', 'implementation')}>
                {line.implementation && (
                  <ToneBadge tone={implementationTone(line.implementation)}>
                    {words.choice('soa_line', 'implementation', line.implementation)}
                  </ToneBadge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          –
        </Text>
      )}
    </div>
  );
}

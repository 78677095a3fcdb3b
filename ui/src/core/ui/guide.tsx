// Where a text names the operator's guide, one gets there: the page shows the file that it names.
import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

const NAMED = /docs\/running\.md(?:, ["“„]?([A-Z][a-z]+)["“”]?)?/;

/** `text` with what it says of docs/running.md (“Alarms” of it, say) as a link. */
export function Guided({ text }: { text: string }) {
  const named = NAMED.exec(text);
  if (!named) return <>{text}</>;
  const [words, section] = named;
  return (
    <>
      {text.slice(0, named.index)}
      <Anchor component={Link} to={`/guide${section ? `#${section.toLowerCase()}` : ''}`} inherit underline="always">
        {words}
      </Anchor>
      {text.slice(named.index + words.length)}
    </>
  );
}

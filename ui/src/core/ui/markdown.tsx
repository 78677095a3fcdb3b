// Markdown as React elements; raw HTML in it stays text.
import Markdown from 'markdown-to-jsx';
import { Link } from 'react-router';
import type { ComponentProps } from 'react';

function Anchor({ href, ...rest }: ComponentProps<'a'>) {
  const path = typeof href === 'string' ? href : '';
  if (path.startsWith('/')) return <Link to={path} {...rest} />;
  return <a href={path} rel="noopener noreferrer" target="_blank" {...rest} />;
}

// An image elsewhere would tell that server who reads; its words are enough.
function Image({ alt }: ComponentProps<'img'>) {
  return <span className="quiet">{alt}</span>;
}

const options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  wrapper: 'div',
  overrides: { a: Anchor, img: Image },
} as const;

export default function Rendered({ text }: { text: string }) {
  return <Markdown options={options}>{text}</Markdown>;
}

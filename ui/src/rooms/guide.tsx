// The operator's guide, as it lies in docs/: alarms and the page of the ledger name parts of it.
import { Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import text from '../../../docs/running.md?raw';
import { useWords } from '../core/labels';
import Rendered from '../core/ui/markdown';
import { useTitle } from '../core/ui/title';

const BODY = text.replace(/^# .*\n/, '');

export default function GuidePage() {
  const words = useWords();
  const { hash } = useLocation();
  const page = useRef<HTMLDivElement>(null);
  useTitle(words.t('ui.guide.title'));
  useEffect(() => {
    // "#witnesses" is "Witnesses, published heads, time stamps".
    const name = hash.slice(1).replace(/[^a-z-]/g, '');
    if (name) page.current?.querySelector(`h2[id^="${name}"]`)?.scrollIntoView();
  }, [hash]);
  return (
    <div className="page" style={{ maxWidth: 1200 }}>
      <div className="page-head">
        <Title order={1}>{words.t('ui.guide.title')}</Title>
      </div>
      <Text size="sm" c="dimmed" mb="md" maw={760}>
        {words.t('ui.guide.text')}
      </Text>
      <div className="surface section prose guide" lang="en" ref={page}>
        <Rendered text={BODY} />
      </div>
    </div>
  );
}

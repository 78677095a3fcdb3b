// A page that knows today only: turned to a past day it says so, instead of showing today under that day's banner.
import { Button } from '@mantine/core';
import { IconCalendarTime } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { setAsOf, useAsOf } from '../asof';
import { useWords } from '../labels';
import { Empty } from '../ui/empty';

export function Today({ children }: { children: ReactNode }) {
  const { t } = useWords();
  if (useAsOf() === null) return children;
  return (
    <div className="page">
      <Empty whole icon={IconCalendarTime} title={t('ui.asof.today')} text={t('ui.asof.today.text')}>
        <Button variant="default" onClick={() => setAsOf(null)}>
          {t('ui.asof.back')}
        </Button>
      </Empty>
    </div>
  );
}

// A day in the header turns the pages to that day, read-only, and says so; which know today only: today.tsx.
import { ActionIcon, Button, Group, Popover, Stack, Text } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { IconCalendarTime } from '@tabler/icons-react';
import { useState } from 'react';
import { setAsOf, useAsOf } from '../asof';
import { formatDate, formatTime, today } from '../format';
import { useWords } from '../labels';
import { Hint } from '../ui/hint';

export function AsOfSwitch() {
  const { t } = useWords();
  const day = useAsOf();
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Hint label={t('ui.asof')}>
          <ActionIcon size={32} aria-label={t('ui.asof')} aria-pressed={day !== null} onClick={() => setOpen(!open)}>
            <IconCalendarTime size={18} stroke={1.6} />
          </ActionIcon>
        </Hint>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text size="sm" maw={250}>
            {t('ui.asof.text')}
          </Text>
          <DatePicker
            value={day?.slice(0, 10) ?? null}
            maxDate={today()}
            onChange={(next) => {
              setAsOf(next);
              setOpen(false);
            }}
            ariaLabels={{ nextMonth: t('ui.date.nextMonth'), previousMonth: t('ui.date.previousMonth') }}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

export function AsOfBanner() {
  const words = useWords();
  const day = useAsOf();
  if (!day) return null;
  return (
    <Group className="as-of" role="status" gap="sm" justify="center" wrap="nowrap">
      <IconCalendarTime size={16} style={{ flex: 'none' }} aria-hidden />
      <span>
        {words.t('ui.asof.banner', { date: (day.length > 10 ? formatTime : formatDate)(day, words.language) })}
      </span>
      <Button size="compact-xs" variant="default" flex="none" onClick={() => setAsOf(null)}>
        {words.t('ui.asof.back')}
      </Button>
    </Group>
  );
}

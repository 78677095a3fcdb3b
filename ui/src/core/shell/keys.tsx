// The keyboard, written down: `?` shows it.
import { Table } from '@mantine/core';
import { useWords, type UiKey } from '../labels';
import { Dialog } from '../ui/dialog';

const KEYS: [string[], UiKey][] = [
  [['Ctrl', 'K'], 'ui.keys.search'],
  [['?'], 'ui.keys.help'],
  [['j', 'k'], 'ui.keys.move'],
  [['Enter'], 'ui.keys.open'],
  [['x'], 'ui.keys.select'],
  [['e'], 'ui.keys.edit'],
  [['n'], 'ui.keys.new'],
  [['/'], 'ui.keys.filter'],
  [['Esc'], 'ui.keys.close'],
];

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog opened onClose={onClose} title={t('ui.keys.title')} size="sm">
      <Table>
        <Table.Tbody>
          {KEYS.map(([keys, label]) => (
            <Table.Tr key={label}>
              <Table.Td w={110}>
                {keys.map((key) => (
                  <kbd key={key} style={{ marginRight: 4 }}>
                    {key}
                  </kbd>
                ))}
              </Table.Td>
              <Table.Td>{t(label)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}

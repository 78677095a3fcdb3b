// Dialogs that give the focus back: they are taken away as they close, before Mantine would return it.
import { Drawer, Modal, type DrawerProps, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // Once the page stands there without the dialog; whatever took the focus meanwhile keeps it.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        const there = before instanceof HTMLElement && before.isConnected && before !== document.body;
        (there ? before : document.getElementById('main'))?.focus();
      });
    },
    [before],
  );
}

export function Dialog(props: ModalProps) {
  useFocusBack();
  return <Modal {...props} />;
}

export function SideDialog(props: DrawerProps) {
  useFocusBack();
  return <Drawer {...props} />;
}

// What a button is called, beside it while the pointer rests there; gone while what the button opened is open, which it
// would lie upon. Stands directly in Popover.Target or Menu.Target.
import { Tooltip } from '@mantine/core';
import { cloneElement, type AriaAttributes, type ReactElement, type Ref } from 'react';

interface HintProps extends AriaAttributes {
  label: string;
  children: ReactElement<object>;
  ref?: Ref<HTMLElement>;
}

export function Hint({ label, children, ...target }: HintProps) {
  return (
    <Tooltip label={label} disabled={target['aria-expanded'] === true}>
      {/* What the target says of itself (that it opens something, what, whether it is open) is the button's to say. */}
      {cloneElement(children, target)}
    </Tooltip>
  );
}

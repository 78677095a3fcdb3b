// The look: calm greys, one accent (petrol), status in five tones that are never told by colour alone.
import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Card,
  Menu,
  Modal,
  Paper,
  Table,
  TableScrollContainer,
  Tabs,
  TextInput,
  Tooltip,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core';
import type { Tone } from './types';

const petrol: MantineColorsTuple = [
  '#eaf6f8',
  '#d3eaee',
  '#a8d5dd',
  '#77bdc9',
  '#4ea6b5',
  '#2e8fa0',
  '#177a8c',
  '#0b6678',
  '#0a5363',
  '#083f4c',
];
const gray: MantineColorsTuple = [
  '#f8f9f9',
  '#f1f3f3',
  '#e6e9ea',
  '#d9dddf',
  '#c3c9cc',
  '#9aa2a6',
  '#6b7479',
  '#4e575c',
  '#343b3f',
  '#1d2225',
];
const dark: MantineColorsTuple = [
  '#e4e7e9',
  '#c5cacd',
  '#a3abb0',
  '#7f888d',
  '#454c51',
  '#31373b',
  '#22272a',
  '#191d20',
  '#131618',
  '#0e1011',
];

/** Messages speak in the tones of status. */
const ALERTS: Record<string, Tone> = { red: 'bad', orange: 'warning', blue: 'active', green: 'good' };

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  colors: { petrol, gray, dark },
  autoContrast: true,
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.5', md: '1.55', lg: '1.55', xl: '1.5' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  shadows: { md: '0 4px 16px rgb(0 0 0 / 0.10), 0 0 0 1px rgb(0 0 0 / 0.04)' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Alert: Alert.extend({
      vars: (_, props) => {
        const tone = ALERTS[props.color ?? ''] ?? 'neutral';
        return {
          root: {
            '--alert-bg': `var(--tone-${tone}-ground)`,
            '--alert-color': `var(--tone-${tone})`,
            '--alert-bd': '1px solid transparent',
          },
        };
      },
    }),
    Badge: Badge.extend({ defaultProps: { variant: 'default', radius: 'sm' } }),
    Button: Button.extend({
      defaultProps: { size: 'xs' },
      // The smallest is still large enough to be hit (WCAG 2.2, 2.5.8).
      vars: (_, props) => ({ root: props.size === 'compact-xs' ? { '--button-height': '24px' } : {} }),
    }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: 'md', radius: 'md' } }),
    // Days of other months are pale, and one can go to these months.
    DateInput: { defaultProps: { hideOutsideDates: true } },
    DatePicker: { defaultProps: { hideOutsideDates: true } },
    DateTimePicker: { defaultProps: { hideOutsideDates: true } },
    Menu: Menu.extend({
      // The placeholder takes the focus but is no item of the menu, which screen readers are told nothing else is in.
      defaultProps: { shadow: 'md', radius: 'md', position: 'bottom-end', withInitialFocusPlaceholder: false },
    }),
    Modal: Modal.extend({ defaultProps: { radius: 'lg', overlayProps: { backgroundOpacity: 0.35, blur: 1 } } }),
    Paper: Paper.extend({ defaultProps: { radius: 'md' } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 7, horizontalSpacing: 12 } }),
    TableScrollContainer: TableScrollContainer.extend({ defaultProps: { type: 'native', tabIndex: 0 } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, multiline: true, maw: 320, withArrow: true } }),
  },
});

/** Tones as pairs of text and ground that keep 4.5:1 in both schemes. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1d2225',
    '--mantine-color-dimmed': '#5b6469',
    '--mantine-color-placeholder': '#6b7479',
    '--mantine-color-anchor': '#0b6678',
    '--mantine-color-error': '#b3261e',
    '--ground': '#f7f8f8',
    '--surface': '#ffffff',
    '--line': '#e4e7e8',
    '--line-strong': '#cfd4d6',
    '--hover': '#f1f4f4',
    '--chosen': '#e6f2f4',
    '--tone-neutral': '#4e575c',
    '--tone-neutral-ground': '#eef0f1',
    '--tone-active': '#1f55a5',
    '--tone-active-ground': '#e7effb',
    '--tone-good': '#1b6b3a',
    '--tone-good-ground': '#e4f3e9',
    '--tone-warning': '#84510a',
    '--tone-warning-ground': '#fbf0da',
    '--tone-bad': '#a3231b',
    '--tone-bad-ground': '#fbe9e7',
  },
  dark: {
    '--mantine-color-body': '#131618',
    '--mantine-color-text': '#e4e7e9',
    '--mantine-color-dimmed': '#9aa3a8',
    '--mantine-color-placeholder': '#8a9398',
    '--mantine-color-anchor': '#77bdc9',
    '--mantine-color-error': '#ff8a80',
    '--ground': '#0f1112',
    '--surface': '#15181a',
    '--line': '#262b2e',
    '--line-strong': '#3a4145',
    '--hover': '#1d2124',
    '--chosen': '#13303a',
    '--tone-neutral': '#b3bbc0',
    '--tone-neutral-ground': '#24292c',
    '--tone-active': '#93bbf5',
    '--tone-active-ground': '#18283f',
    '--tone-good': '#7fcf9b',
    '--tone-good-ground': '#14301f',
    '--tone-warning': '#e9b765',
    '--tone-warning-ground': '#362810',
    '--tone-bad': '#f5978f',
    '--tone-bad-ground': '#3c1a18',
  },
});

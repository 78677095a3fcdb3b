// Where it begins: the nonce for styles that are made at run time, the fonts, and the providers.
import './core/layers.css';
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.layer.css';
import '@mantine/dates/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './core/styles.css';
import { MantineProvider, MantineThemeProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode, useMemo, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { client } from './core/data';
import { LabelsProvider, useWords } from './core/labels';
import { theme, variables } from './core/theme';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

/** Crosses have no words of their own: they are named in the reader's language, once for all of them. */
function NamedCrosses({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const close = t('ui.close');
  const clear = t('ui.clear');
  const named = useMemo(() => {
    const closing = { defaultProps: { closeButtonProps: { 'aria-label': close } } };
    const clearing = { defaultProps: { clearButtonProps: { 'aria-label': clear } } };
    return {
      components: {
        Modal: closing,
        Drawer: closing,
        Notification: closing,
        DateInput: clearing,
        DateTimePicker: clearing,
      },
    };
  }, [close, clear]);
  return (
    <MantineThemeProvider theme={named} inherit>
      {children}
    </MantineThemeProvider>
  );
}

// After an upgrade of the program the pages loaded before ask for files that are gone: begin anew, drafts are kept.
addEventListener('vite:preloadError', () => location.reload());

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element "root"');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <LabelsProvider>
          <NamedCrosses>
            <Notifications position="bottom-right" limit={4} />
            <App />
          </NamedCrosses>
        </LabelsProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
